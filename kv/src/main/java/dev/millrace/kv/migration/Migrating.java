package dev.millrace.kv.migration;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.rdb.Dumps;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * MIGRATE: takes keys' dumps while they are locked, sends them to another server on a thread of its
 * own, and deletes here what the other has taken. No loop waits for the other server; so a key may
 * change meanwhile, and then it stays, and the client is told.
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class Migrating {
    private static final int PORT_MAX = 65535;
    private static final long TIMEOUT_STANDARD_MILLIS = 1000;
    private static final Refusal NOT_IN_TRANSACTION =
            new Refusal("ERR MIGRATE is not allowed in a transaction or a script");
    private static final Refusal KEYS_NEED_NO_KEY =
            new Refusal(
                    "ERR When using MIGRATE KEYS option, the key argument must be set to the empty"
                            + " string");

    private Migrating() {}

    public static List<Command> all() {
        return List.of(
                Command.named("migrate")
                        .since("2.6.0")
                        .group("generic")
                        .complexity(
                                "This command actually executes a DUMP+DEL in the source instance,"
                                        + " and a RESTORE in the target instance. See the pages of"
                                        + " these commands for time complexity. Also an O(N) data"
                                        + " transfer between the two instances is performed.")
                        .summary("Atomically transfer a key from a Redis instance to another one.")
                        .arity(-6)
                        .keys(Keys.listed(3, 6))
                        .flags(Flag.WRITE)
                        .categories("keyspace", "dangerous")
                        .tips("nondeterministic_output")
                        .access(
                                KeyAccess.of("RW", "access", "delete").at(3, 3),
                                KeyAccess.of("RW", "access", "delete", "incomplete").at(6, -1))
                        .access(request -> KeyAccess.of("RW", "access", "delete"))
                        .does(Migrating::migrate));
    }

    /** Who we are to the other server. */
    record Credentials(String user, String password) {}

    private static void migrate(Call call) {
        boolean copy = false;
        boolean replace = false;
        Optional<Credentials> credentials = Optional.empty();
        for (int i = 6; i < call.count(); i++) {
            int more = call.count() - 1 - i;
            if (call.is(i, "COPY")) {
                copy = true;
            } else if (call.is(i, "REPLACE")) {
                replace = true;
            } else if (call.is(i, "AUTH") && more >= 1) {
                call.redact(i + 1);
                credentials = Optional.of(new Credentials("", call.text(++i)));
            } else if (call.is(i, "AUTH2") && more >= 2) {
                call.redact(i + 1);
                call.redact(i + 2);
                credentials = Optional.of(new Credentials(call.text(i + 1), call.text(i + 2)));
                i += 2;
            } else if (call.is(i, "KEYS")) {
                if (call.length(3) != 0) {
                    throw KEYS_NEED_NO_KEY;
                }
                break;
            } else {
                throw Refusal.SYNTAX;
            }
        }
        long timeout = call.integer(5);
        int database = call.integer32(4);
        int port = (int) call.integer(2, 0, PORT_MAX, Refusal.NOT_AN_INTEGER);
        if (call.isInTransaction()) {
            throw NOT_IN_TRANSACTION;
        }
        List<Migrated> keys = keys(call);
        if (keys.isEmpty()) {
            call.reply().simple("NOKEY");
            return;
        }
        Target target =
                new Target(
                        call.text(1),
                        port,
                        database,
                        timeout <= 0 ? TIMEOUT_STANDARD_MILLIS : timeout,
                        credentials,
                        replace);
        Migration.begin(call, target, keys, copy);
    }

    /** Those that are there, as they are now. */
    private static List<Migrated> keys(Call call) {
        List<Migrated> keys = new ArrayList<>();
        NativeBuffer payload = new NativeBuffer(1024);
        try {
            call.command()
                    .keys()
                    .each(
                            call.request(),
                            index -> {
                                Key key = call.read(index);
                                if (key.exists()) {
                                    Dumps.payload(call, key, payload);
                                    call.takeHeap(payload.length() + key.length());
                                    keys.add(
                                            new Migrated(
                                                    Memory.bytes(key.address(), key.length()),
                                                    key.database().index(),
                                                    key.expiresAt(),
                                                    payload.toBytes()));
                                    payload.shrink();
                                }
                            });
        } finally {
            payload.free();
        }
        return keys;
    }
}
