package dev.millrace.events.api;

import dev.millrace.events.group.Group;
import dev.millrace.events.grpc.Call;
import dev.millrace.events.grpc.Requests;
import dev.millrace.events.grpc.Status;
import dev.millrace.events.server.EventsLoop;
import dev.millrace.events.subscription.Consumer;
import dev.millrace.events.subscription.Nack;
import dev.millrace.events.subscription.Outlet;
import dev.millrace.events.subscription.Subscription;
import dev.millrace.events.subscription.Subscriptions;
import dev.millrace.events.wire.MalformedMessage;
import dev.millrace.events.wire.MessageReader;
import dev.millrace.events.wire.MessageWriter;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * PersistentSubscriptions.Read: a consumer, which says first what it reads, and from then on what
 * became of each message.
 *
 * <pre>
 *   waiting for options → connecting (until what it asks for is durable) → consuming → over
 * </pre>
 */
final class Consuming implements Requests, Outlet {
    /** More is sent before a turn is over. */
    private static final int PIECE_BYTES = 64 << 10;

    private static final String UNNAMED = "<unknown>";

    private final EventsLoop loop;
    private final Subscriptions subscriptions;
    private final Call call;
    private boolean asked;
    private @Nullable EventForm form;
    private @Nullable Subscription subscription;
    private @Nullable Consumer consumer;
    private @Nullable MessageWriter pending;

    private Consuming(EventsLoop loop, Subscriptions subscriptions, Call call) {
        this.loop = loop;
        this.subscriptions = subscriptions;
        this.call = call;
    }

    static Requests begin(EventsLoop loop, Subscriptions subscriptions, Call call) {
        return new Consuming(loop, subscriptions, call);
    }

    // ---- From the client

    @Override
    public void message(long address, int bytes) {
        try {
            read(new MessageReader(address, bytes));
        } catch (MalformedMessage malformed) {
            call.end(Failures.invalid(String.valueOf(malformed.getMessage())));
            letGo();
        }
    }

    private void read(MessageReader in) {
        while (in.next()) {
            switch (in.field()) {
                case 1 -> ask(Options.read(in.message()));
                case 2 -> acknowledge(Answer.read(in.message()));
                case 3 -> refuse(Answer.read(in.message()));
                default -> {
                    // A later version's.
                }
            }
        }
    }

    private void ask(Options options) {
        if (asked) {
            throw new MalformedMessage("options a second time");
        }
        asked = true;
        // Who created the group was perhaps not told yet that it is there for good.
        loop.whenDurable(() -> loop.change(() -> connect(options)));
    }

    private void connect(Options options) {
        Subscription found = subscriptions.find(options.key).orElse(null);
        if (call.isOver()) {
            return;
        }
        if (found == null) {
            call.end(GroupFailures.doesNotExist(options.key));
        } else if (found.isFull()) {
            call.end(GroupFailures.full(options.key));
        } else {
            form = new EventForm(loop.store().state().streams(), options.textIds);
            confirm(options.key);
            subscription = found;
            String name = call.header("connection-name");
            consumer = found.connect(this, options.slots, name.isEmpty() ? UNNAMED : name);
        }
    }

    private void confirm(Group.Key key) {
        Message.send(
                call,
                out -> {
                    int confirmation = out.begin(2);
                    out.text(1, key.id());
                    out.end(confirmation);
                });
    }

    private void acknowledge(Answer answer) {
        Subscription reading = subscription;
        Consumer by = consumer();
        if (reading != null && by != null) {
            loop.change(() -> reading.acknowledge(by, answer.ids));
        }
    }

    private void refuse(Answer answer) {
        Subscription reading = subscription;
        Consumer by = consumer();
        if (reading != null && by != null) {
            loop.change(() -> reading.refuse(by, answer.ids, answer.action, answer.reason));
        }
    }

    /** Who acknowledges; nobody if the subscription is no more. */
    private @Nullable Consumer consumer() {
        if (!asked) {
            throw new MalformedMessage("an acknowledgement before the options");
        }
        return consumer;
    }

    @Override
    public void halfClosed() {
        if (!asked) {
            call.end(Status.OK);
        }
    }

    @Override
    public void cancelled() {
        letGo();
    }

    @Override
    public void writable() {
        Subscription reading = subscription;
        if (reading != null) {
            reading.pumpSoon();
        }
    }

    /** What it had is for others; not at once, for this may be told in the middle of a turn. */
    private void letGo() {
        Subscription reading = subscription;
        Consumer gone = consumer;
        subscription = null;
        consumer = null;
        if (reading != null && gone != null) {
            loop.soon(
                    () -> {
                        reading.disconnect(gone);
                        flush();
                    });
        }
    }

    // ---- To the client

    @Override
    public boolean isWritable() {
        return !call.isOver() && call.isWritable();
    }

    @Override
    public void deliver(long event, long link, int retries) {
        EventForm shaped = form;
        if (shaped == null) {
            throw new IllegalStateException("not connected");
        }
        MessageWriter out = pending;
        if (out == null) {
            out = new MessageWriter(call.buffer(EventForm.bytesExpected(event)));
            pending = out;
        }
        int message = out.beginPrefixed();
        int content = out.begin(1, EventForm.bytesExpected(event));
        shaped.put(out, event, link);
        out.number(5, retries);
        out.end(content);
        out.endPrefixed(message);
        if (out.size() >= PIECE_BYTES) {
            flush();
        }
    }

    @Override
    public void flush() {
        MessageWriter out = pending;
        if (out != null) {
            pending = null;
            call.send(out.written());
        }
    }

    @Override
    public void dropped() {
        Subscription was = subscription;
        flush();
        subscription = null;
        consumer = null;
        if (was != null) {
            call.end(GroupFailures.dropped(was.key()));
        }
    }

    // ---- Messages

    /**
     * ReadReq.Options.
     *
     * @param slots how many messages the client takes that it has not acknowledged
     */
    private record Options(Group.Key key, int slots, boolean textIds) {
        static Options read(MessageReader in) {
            GroupName name = new GroupName();
            long slots = 0;
            boolean textIds = false;
            while (in.next()) {
                switch (in.field()) {
                    case 1 -> name.stream(in.message());
                    case 2 -> name.name(in.text());
                    case 3 -> slots = in.number();
                    case 4 -> textIds = isText(in.message());
                    case 5 -> name.all();
                    default -> {
                        // A later version's.
                    }
                }
            }
            if (slots < 1 || slots > Integer.MAX_VALUE) {
                throw new MalformedMessage(
                        "buffer_size: " + slots + " (expected: 1 to 2147483647)");
            }
            return new Options(name.whole(), (int) slots, textIds);
        }

        private static boolean isText(MessageReader in) {
            boolean text = false;
            while (in.next()) {
                text = in.field() == 2;
            }
            return text;
        }
    }

    /** ReadReq.Ack and ReadReq.Nack, whose first fields are alike. */
    private record Answer(List<UUID> ids, Nack action, String reason) {
        static Answer read(MessageReader in) {
            List<UUID> ids = new ArrayList<>();
            Nack action = Nack.UNKNOWN;
            String reason = "";
            while (in.next()) {
                switch (in.field()) {
                    case 2 -> ids.add(Proposal.readId(in.message()));
                    case 3 -> action = action(in.number());
                    case 4 -> reason = in.text();
                    default -> {
                        // The subscription's id, which the call knows.
                    }
                }
            }
            return new Answer(ids, action, reason);
        }

        private static Nack action(long number) {
            return switch ((int) number) {
                case 0 -> Nack.UNKNOWN;
                case 1 -> Nack.PARK;
                case 2 -> Nack.RETRY;
                case 3 -> Nack.SKIP;
                case 4 -> Nack.STOP;
                default -> throw new MalformedMessage("action: " + number + " (expected: 0 to 4)");
            };
        }
    }
}
