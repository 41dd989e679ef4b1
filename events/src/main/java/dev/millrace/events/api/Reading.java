package dev.millrace.events.api;

import dev.millrace.events.append.StreamName;
import dev.millrace.events.grpc.Call;
import dev.millrace.events.grpc.Requests;
import dev.millrace.events.grpc.Status;
import dev.millrace.events.log.AllCursor;
import dev.millrace.events.log.Cursor;
import dev.millrace.events.log.Event;
import dev.millrace.events.log.StreamCursor;
import dev.millrace.events.read.Links;
import dev.millrace.events.read.StreamView;
import dev.millrace.events.server.EventsLoop;
import dev.millrace.events.state.State;
import dev.millrace.events.wire.MalformedMessage;
import dev.millrace.events.wire.MessageReader;
import dev.millrace.events.wire.MessageWriter;
import dev.millrace.kernel.memory.NativeBuffer;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Streams.Read: a read, or a subscription, which is a read that waits at its end for more. It reads
 * as fast as its client takes it and from wherever it is, so nobody is ever too slow for it.
 *
 * <pre>
 *   reading ⇄ waiting for a file
 *   reading ⇄ waiting for the client to take more
 *   reading → at the end: a read ends, a subscription waits ⇄ there is more
 * </pre>
 */
final class Reading implements Requests {
    /** A piece that is sent, and then again others have their turn. */
    private static final int PIECE_BYTES = 128 << 10;

    /** A message that is not an event. */
    private static final int SHORT_BYTES = 256;

    /** The same while nothing is found that a filter wants. */
    private static final int PIECE_EVENTS = 4_096;

    private final EventsLoop loop;
    private final Call call;
    private final Runnable more = this::pump;
    private @Nullable ReadRequest request;
    private @Nullable StreamCursor streamCursor;
    private @Nullable AllCursor allCursor;
    private @Nullable Links links;
    private @Nullable EventForm form;
    private int stream = -1;
    private long begun;
    private long left;
    private long looked;
    private long lookedSince;
    private long link;
    private boolean followed;
    private long target;

    /** Of the next piece: as many as the one before had. */
    private int bytesExpected = SHORT_BYTES;

    private boolean caughtUp;
    private boolean scheduled;

    Reading(EventsLoop loop, Call call) {
        this.loop = loop;
        this.call = call;
    }

    private State state() {
        return loop.store().state();
    }

    // ---- The request

    @Override
    public void message(long address, int bytes) {
        ReadRequest asked;
        try {
            asked = ReadRequest.read(new MessageReader(address, bytes));
        } catch (MalformedMessage malformed) {
            call.end(Failures.invalid(String.valueOf(malformed.getMessage())));
            return;
        }
        request = asked;
        left = asked.count();
        loop.change(() -> begin(asked));
    }

    @Override
    public void halfClosed() {
        if (request == null) {
            call.end(Failures.invalid("a read without options"));
        }
    }

    private void begin(ReadRequest asked) {
        form = new EventForm(state().streams(), asked.textIds());
        if (asked.resolveLinks()) {
            links = new Links(state(), this::readAhead);
        }
        if (asked.subscription()) {
            confirm();
        }
        if (asked.isAll()) {
            beginAll(asked);
        } else if (!beginStream(asked)) {
            return;
        }
        pump();
    }

    private void beginAll(ReadRequest asked) {
        long from = asked.from();
        if (from == ReadRequest.START) {
            from = 1;
        } else if (from == ReadRequest.END) {
            from = asked.forward() ? loop.visible() + 1 : loop.visible();
        } else if (asked.subscription()) {
            from++; // It is what the client has had.
        } else if (!asked.forward()) {
            from--; // Backwards a position is read from its front.
        }
        allCursor = state().log().readAll(from, asked.forward(), this::readAhead);
    }

    private boolean beginStream(ReadRequest asked) {
        if (!findStream(asked)) {
            return false;
        }
        long from = asked.from();
        StreamView view = view();
        if (from == ReadRequest.START) {
            from = 0;
        } else if (from == ReadRequest.END) {
            from = asked.forward() ? view.last() + 1 : view.last();
        } else if (asked.subscription()) {
            from++;
        }
        if (!asked.subscription() && view.isNone()) {
            notFound(asked.stream());
            return false;
        }
        begun = from;
        openCursor();
        return true;
    }

    /** A subscription may be to a stream that is not there yet. */
    private void openCursor() {
        ReadRequest asked = request;
        if (streamCursor == null && stream >= 0 && asked != null) {
            streamCursor = state().log().read(stream, begun, asked.forward(), this::readAhead);
        }
    }

    /** Looks the stream up; false if the call has ended, for it is deleted for good. */
    private boolean findStream(ReadRequest asked) {
        byte[] utf8 = asked.stream().getBytes(StandardCharsets.UTF_8);
        NativeBuffer copy = loop.store().scratch();
        copy.put(utf8);
        StreamName name = new StreamName(copy.address(), utf8.length);
        stream = state().streams().find(name.address(), name.bytes());
        int judged = stream;
        if (name.isMeta()) {
            StreamName described = name.described();
            judged = state().streams().find(described.address(), described.bytes());
        }
        if (judged >= 0 && state().streams().isTombstoned(judged)) {
            finish(Failures.streamDeleted(asked.stream()));
            return false;
        }
        return true;
    }

    private StreamView view() {
        return StreamView.of(state(), stream, loop.nowMillis());
    }

    // ---- The way of the events

    /** Runs under the lock. */
    private void pump() {
        ReadRequest asked = request;
        if (asked == null || call.isOver()) {
            return;
        }
        if (!call.isWritable()) {
            return; // writable() goes on.
        }
        MessageWriter out = new MessageWriter(call.buffer(bytesExpected));
        int[] piece = {0};
        Cursor.Step step = read(asked, out, piece);
        if (step == Cursor.Step.END && asked.subscription()) {
            catchUp(asked, out);
        }
        send(out);
        switch (step) {
            case LOADING -> {
                // readAhead() goes on.
            }
            case STOPPED -> {
                if (left == 0) {
                    finish(Status.OK);
                } else if (!waitsForLink()) {
                    again();
                }
            }
            case END -> {
                if (asked.subscription()) {
                    loop.whenMore(more);
                } else {
                    finish(Status.OK);
                }
            }
        }
    }

    private boolean waitsForLink() {
        return link != 0 && !followed;
    }

    private Cursor.Step read(ReadRequest asked, MessageWriter out, int[] piece) {
        if (asked.isAll()) {
            AllCursor all = allCursor;
            return all == null
                    ? Cursor.Step.END
                    : all.read(loop.visible(), event -> takeFromAll(asked, event, out, piece));
        }
        if (asked.subscription() && !findStream(asked)) {
            return Cursor.Step.LOADING; // The call has ended.
        }
        openCursor();
        StreamCursor cursor = streamCursor;
        if (cursor == null) {
            return Cursor.Step.END;
        }
        StreamView view = view();
        return cursor.read(
                view.first(),
                view.last(),
                loop.visible(),
                event -> !view.isYoung(event) || take(event, out, piece));
    }

    private boolean takeFromAll(ReadRequest asked, long event, MessageWriter out, int[] piece) {
        if (!asked.filter().takes(state().streams(), event)) {
            return passedOver(asked, event, out, piece);
        }
        return take(event, out, piece);
    }

    private boolean passedOver(ReadRequest asked, long event, MessageWriter out, int[] piece) {
        if (++piece[0] > PIECE_EVENTS) {
            return false;
        }
        looked++;
        if (asked.subscription() && looked - lookedSince >= asked.checkpointEvery()) {
            lookedSince = looked;
            checkpoint(Event.position(event), out);
        }
        return true;
    }

    private boolean take(long event, MessageWriter out, int[] piece) {
        if (left == 0 || out.size() > PIECE_BYTES || ++piece[0] > PIECE_EVENTS) {
            return false;
        }
        EventForm shaped = form;
        Links following = links;
        if (shaped == null) {
            return false;
        }
        int before = out.size();
        int message = out.beginPrefixed();
        int content = out.begin(1, EventForm.bytesExpected(event));
        if (following != null && Links.isLink(event)) {
            target = 0;
            boolean there =
                    following.follow(
                            event,
                            loop.visible(),
                            loop.nowMillis(),
                            found -> {
                                target = found;
                                shaped.put(out, found, event);
                            });
            if (!there) {
                out.cut(before);
                link = event;
                followed = false;
                return false;
            }
            link = 0;
            if (target == 0) {
                shaped.put(out, 0, event);
            }
        } else {
            shaped.put(out, event, 0);
        }
        out.end(content);
        out.endPrefixed(message);
        left--;
        looked++;
        return true;
    }

    private void send(MessageWriter out) {
        ByteBuf messages = out.written();
        if (messages.isReadable()) {
            bytesExpected = messages.readableBytes();
            call.send(messages);
        } else {
            messages.release();
        }
    }

    /** Others have their turn first. */
    private void again() {
        if (!scheduled) {
            scheduled = true;
            loop.executor()
                    .execute(
                            () -> {
                                scheduled = false;
                                loop.change(this::pump);
                            });
        }
    }

    /** On another thread: what was read ahead is there. */
    private void readAhead() {
        loop.executor()
                .execute(
                        () -> {
                            followed = true;
                            loop.change(this::pump);
                        });
    }

    @Override
    public void writable() {
        loop.change(this::pump);
    }

    // ---- What is not an event

    private void confirm() {
        MessageWriter out = new MessageWriter(call.buffer(SHORT_BYTES));
        int message = out.beginPrefixed();
        UUID id = UUID.randomUUID();
        int confirmation = out.begin(2);
        out.uuid(1, id.getMostSignificantBits(), id.getLeastSignificantBits());
        out.end(confirmation);
        out.endPrefixed(message);
        call.send(out.written());
    }

    private static void checkpoint(long position, MessageWriter out) {
        int message = out.beginPrefixed();
        int checkpoint = out.begin(3);
        out.number(1, position);
        out.number(2, position);
        out.end(checkpoint);
        out.endPrefixed(message);
    }

    /** The subscription has come to the end for the first time. */
    private void catchUp(ReadRequest asked, MessageWriter out) {
        if (caughtUp) {
            return;
        }
        caughtUp = true;
        int message = out.beginPrefixed();
        int content = out.begin(8);
        long now = loop.nowMillis();
        int timestamp = out.begin(1);
        out.number(1, now / 1000);
        out.number(2, now % 1000 * 1_000_000);
        out.end(timestamp);
        StreamCursor cursor = streamCursor;
        if (asked.isAll()) {
            int position = out.begin(3);
            out.number(1, loop.visible());
            out.number(2, loop.visible());
            out.end(position);
        } else if (cursor != null && cursor.next() > 0) {
            out.number(2, cursor.next() - 1);
        }
        out.end(content);
        out.endPrefixed(message);
    }

    private void notFound(String name) {
        MessageWriter out = new MessageWriter(call.buffer(SHORT_BYTES));
        int message = out.beginPrefixed();
        int missing = out.begin(4);
        int identifier = out.begin(1);
        out.text(3, name);
        out.end(identifier);
        out.end(missing);
        out.endPrefixed(message);
        call.send(out.written());
        finish(Status.OK);
    }

    private void finish(Status status) {
        call.end(status);
        letGo();
    }

    private void letGo() {
        loop.forget(more);
        Cursor reading = streamCursor;
        if (reading != null) {
            reading.close();
        }
        Links following = links;
        if (following != null) {
            following.close();
        }
    }

    @Override
    public void cancelled() {
        loop.change(this::letGo);
    }
}
