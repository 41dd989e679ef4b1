package dev.millrace.kv.migration;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.Session;
import dev.millrace.kv.store.Stripe;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Keys on their way to another server, and the client that waits for it. */
final class Migration {
    /** The deletion of a key takes so much of the journal beside its name. */
    private static final long DELETION_BYTES = 64;

    private static final long AGAIN_MILLIS = 10;

    private final KvServer server;
    private final Lane lane;
    private final Session session;
    private final Target target;
    private final List<Migrated> keys;
    private final boolean copy;

    private Migration(Call call, Target target, List<Migrated> keys, boolean copy) {
        this.server = call.server();
        this.lane = call.lane();
        this.session = call.session();
        this.target = target;
        this.keys = keys;
        this.copy = copy;
    }

    /** Begins; the keys' stripes are locked. */
    static void begin(Call call, Target target, List<Migrated> keys, boolean copy) {
        Migration made = new Migration(call, target, keys, copy);
        for (Migrated key : keys) {
            made.withName(
                    key,
                    (stripe, address) -> stripe.watches().add(key.database(), key.name(), key));
        }
        call.lane().suspend(call.session());
        Thread.ofVirtual().name("kv-migrate").start(made::send);
    }

    private interface WithName {
        void of(Stripe stripe, long address);
    }

    private void withName(Migrated key, WithName action) {
        NativeBuffer name = new NativeBuffer(Math.max(key.name().length, 1));
        try {
            name.put(key.name());
            int length = key.name().length;
            action.of(server.stripes().of(name.address(), length), name.address());
        } finally {
            name.free();
        }
    }

    private void send() {
        try {
            Target.Outcome outcome = target.send(keys, server.clock().millis());
            lane.loop().execute(() -> sent(outcome));
        } catch (IOException | RuntimeException failure) {
            String error = "IOERR error or timeout communicating with the target instance";
            lane.loop().execute(() -> end(error));
        }
    }

    /** On the loop: what the other has is deleted here. */
    private void sent(Target.Outcome outcome) {
        String error =
                outcome.error().isEmpty()
                        ? ""
                        : "ERR Target instance replied with error: " + outcome.error();
        List<Migrated> gone = new ArrayList<>();
        for (Migrated key : outcome.taken()) {
            if (!copy && !key.isTouched()) {
                gone.add(key);
            }
        }
        if (!copy && error.isEmpty() && gone.size() < outcome.taken().size()) {
            error =
                    "ERR a key has changed while it was sent: it is here as well as there (use"
                            + " REPLACE to send it again)";
        }
        delete(gone, error);
    }

    private void delete(List<Migrated> gone, String error) {
        long bytes = 0;
        long[] stripes = {0};
        for (Migrated key : gone) {
            bytes += DELETION_BYTES + key.name().length;
            int length = key.name().length;
            withName(
                    key,
                    (stripe, address) ->
                            stripes[0] |= 1L << server.stripes().indexOf(address, length));
        }
        boolean done =
                gone.isEmpty()
                        || lane.change(
                                session,
                                stripes[0],
                                bytes,
                                call -> gone.forEach(k -> delete(call, k)));
        if (done) {
            end(error);
        } else {
            lane.later(AGAIN_MILLIS, () -> delete(gone, error)); // No space now, or no store.
        }
    }

    private void delete(Call call, Migrated migrated) {
        withName(
                migrated,
                (stripe, address) -> {
                    int length = migrated.name().length;
                    Key key = call.peek(address, length, migrated.database());
                    if (key.exists() && !migrated.isTouched()) {
                        call.effects().delete(key);
                        call.notify(Notification.GENERIC, "del", key);
                    }
                });
    }

    private void end(String error) {
        for (Migrated key : keys) {
            withName(
                    key,
                    (stripe, address) ->
                            lane.leave(
                                    stripe,
                                    () ->
                                            stripe.watches()
                                                    .remove(key.database(), key.name(), key)));
        }
        lane.resumeHere(
                session,
                session.dependsOn(),
                reply -> {
                    if (!error.isEmpty()) {
                        throw new Refusal(error);
                    }
                    reply.ok();
                });
    }
}
