package dev.millrace.kv.operator;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Command.Locks;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Help;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.config.Parameters;
import dev.millrace.kv.glob.GlobPattern;
import dev.millrace.kv.replication.Feed;
import dev.millrace.kv.resp.Reply;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.Session;
import dev.millrace.kv.store.Dictionary;

import java.util.List;
import java.util.Locale;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * DEBUG, for who may call it ({@code kv.debug}, Redis's {@code enable-debug-command}). What would
 * break the process on purpose, or tells of parts that only Redis has, is not there.
 */
public final class Debugging {
    static final int NOTICE = 2;

    private static final double MILLIS_PER_SECOND = 1000;

    private static final Pattern MEMORY =
            Pattern.compile("\\d{1,12}(b|k|kb|m|mb|g|gb)?", Pattern.CASE_INSENSITIVE);

    private static final String HELP =
            """
            CHANGE-REPL-ID
                Change the replication IDs of the instance.
                Dangerous: should be used only for testing the replication subsystem.
            CLIENT-EVICTION
                Show how much memory clients take (maxmemory-clients).
            DIGEST
                Output a hex signature representing the current DB content.
            DIGEST-VALUE <key> [<key> ...]
                Output a hex signature of the values of all the specified keys.
            ERROR <string>
                Return a Redis protocol error with <string> as message. Useful for clients
                unit tests to simulate Redis errors.
            HTSTATS <dbid>
                Return hash table statistics of the specified Redis database.
            HTSTATS-KEY <key>
                Like HTSTATS but for the hash table stored at <key>'s value.
            LISTPACK <key>
                Show low level info about the listpack encoding of <key>.
            LOADAOF
                Replay a copy of the journal and load what it gives.
            LOG <message>
                Write <message> to the server log.
            OBJECT <key>
                Show low level info about `key` and associated value.
            PAUSE-CRON <0|1>
                Stop periodic cron job processing.
            POPULATE <count> [<prefix>] [<size>]
                Create <count> string keys named key:<num>. If <prefix> is specified then
                it is used instead of the 'key' prefix.
            PROTOCOL <type>
                Reply with a test value of the specified type. <type> can be: string,
                integer, double, bignum, null, array, set, map, attrib, push, verbatim,
                true, false.
            QUICKLIST-PACKED-THRESHOLD <size>
                Accepted and without effect: nodes of large elements are packed, too.
            RELOAD [option ...]
                Save the RDB on disk and reload it back to memory. Valid <option> values:
                * MERGE: conflicting keys will be loaded from RDB.
                * NOFLUSH: the existing database will not be removed before load; with
                  MERGE only.
                * NOSAVE: the database will be loaded from an existing RDB file.
            REPLYBUFFER PEAK-RESET-TIME <NEVER|RESET|time>
                Accepted and without effect: clients have no reply buffers of their own.
            REPLYBUFFER RESIZING <0|1>
                Accepted and without effect, likewise.
            SET-ACTIVE-EXPIRE <0|1>
                Setting it to 0 disables expiring keys in background when they are not
                accessed (otherwise the Redis behavior). Setting it to 1 reenables back the
                default.
            SET-DISABLE-DENY-SCRIPTS <0|1>
                Setting it to 1 lets scripts call what is not for scripts, but for what is a
                client's own or runs scripts itself.
            SET-SKIP-CHECKSUM-VALIDATION <0|1>
                Setting it to 1 has RESTORE take payloads whose checksum is wrong.
            SLEEP <seconds>
                Stop the client for <seconds>, in a script or a transaction the server.
                Decimals allowed.
            STRINGMATCH-LEN <seconds>
                Run the glob matcher against a string of \\x00.
            STRUCTSIZE
                Return the size of what a key takes beside its own block.
            """;

    private Debugging() {}

    public static List<Command> all() {
        return List.of(
                Command.named("debug")
                        .since("1.0.0")
                        .internal(true)
                        .group("server")
                        .complexity("Depends on subcommand.")
                        .summary("A container for debugging commands")
                        .arity(-2)
                        .flags(Flag.ADMIN, Flag.NOSCRIPT, Flag.LOADING, Flag.STALE)
                        .locks(Locks.ALL)
                        .does(Debugging::debug));
    }

    private static void debug(Call call) {
        expectAllowed(call);
        String name = call.text(1).toUpperCase(Locale.ROOT);
        switch (name) {
            case "DIGEST-VALUE" -> LowLevel.digestValues(call);
            case "RELOAD" -> Reloading.reload(call);
            case "POPULATE" -> populate(call);
            default -> {
                switch (call.count()) {
                    case 2 -> alone(call, name);
                    case 3 -> withOne(call, name);
                    default -> withTwo(call, name);
                }
            }
        }
    }

    private static void expectAllowed(Call call) {
        String allowed = Parameters.of(call.server()).value("enable-debug-command");
        if (!allowed.equals("yes") && !(allowed.equals("local") && isLocal(call.session()))) {
            throw new Refusal(
                    "ERR DEBUG command not allowed. If the enable-debug-command option is set to"
                            + " \"local\", you can run it from a local connection, otherwise you need"
                            + " to set this option in the configuration file, and then restart the"
                            + " server.");
        }
    }

    private static boolean isLocal(Session session) {
        String peer = session.outlet().peer();
        return peer.startsWith("127.") || peer.startsWith("[::1]") || peer.startsWith("/");
    }

    private static void alone(Call call, String name) {
        switch (name) {
            case "HELP" -> Help.answering("debug", HELP).run(call);
            case "CHANGE-REPL-ID" -> {
                Feed.of(call.server()).changeId();
                call.reply().ok();
            }
            case "CLIENT-EVICTION" -> clients(call);
            case "DIGEST" -> LowLevel.digest(call);
            case "LOADAOF" -> Reloading.loadJournal(call);
            case "STRUCTSIZE" ->
                    call.reply()
                            .simple("bits:" + Long.SIZE + " dictentry:" + Dictionary.ENTRY_BYTES);
            default -> throw Help.wrongForm(call);
        }
    }

    private static void withOne(Call call, String name) {
        switch (name) {
            case "ERROR" -> throw new Refusal(call.text(2));
            case "HTSTATS" -> LowLevel.tables(call);
            case "HTSTATS-KEY" -> LowLevel.table(call);
            case "LISTPACK" -> LowLevel.listpack(call);
            case "LOG" -> {
                call.lane().loop().log(NOTICE, "DEBUG LOG: " + call.text(2));
                call.reply().ok();
            }
            case "OBJECT" -> LowLevel.object(call);
            case "PAUSE-CRON" -> {
                call.server().cronPaused(call.integer(2) != 0);
                call.reply().ok();
            }
            case "PROTOCOL" -> ProtocolSample.answer(call);
            case "QUICKLIST-PACKED-THRESHOLD" -> acceptThreshold(call);
            case "SET-ACTIVE-EXPIRE" -> {
                call.server().activeExpire(call.integer(2) != 0);
                call.reply().ok();
            }
            case "SET-DISABLE-DENY-SCRIPTS" -> {
                call.server().scriptsAreTrusted(call.integer(2) != 0);
                call.reply().ok();
            }
            case "SET-SKIP-CHECKSUM-VALIDATION" -> {
                call.server().anySumWillDo(call.integer(2) != 0);
                call.reply().ok();
            }
            case "SLEEP" -> sleep(call);
            default -> throw Help.wrongForm(call);
        }
    }

    private static void withTwo(Call call, String name) {
        if (call.count() != 4) {
            throw Help.wrongForm(call);
        }
        switch (name) {
            case "STRINGMATCH-LEN" -> match(call);
            case "REPLYBUFFER" -> acceptReplyBuffer(call);
            default -> throw Help.wrongForm(call);
        }
    }

    /** A client has no reply buffer of its own that could grow or shrink. */
    private static void acceptReplyBuffer(Call call) {
        boolean isTime = call.is(2, "PEAK-RESET-TIME");
        if (!isTime && !call.is(2, "RESIZING")) {
            throw Help.wrongForm(call);
        }
        if (isTime && !call.is(3, "NEVER") && !call.is(3, "RESET")) {
            call.integer(3);
        }
        call.reply().ok();
    }

    private static void populate(Call call) {
        if (call.count() < 3 || call.count() > 5) {
            throw Help.wrongForm(call);
        }
        Reloading.populate(call);
    }

    /** A list's nodes are packed whatever is in them. */
    private static void acceptThreshold(Call call) {
        if (!MEMORY.matcher(call.text(2)).matches()) {
            throw new Refusal(
                    "ERR argument must be a memory value bigger than 1 and smaller than 4gb");
        }
        call.reply().ok();
    }

    /** How many clients take how much: up to each power of two. */
    private static void clients(Call call) {
        if (call.server().clientMemory().limit().equals("0")) {
            throw new Refusal("ERR maxmemory-clients is disabled.");
        }
        Map<Integer, LongSummaryStatistics> byBits =
                call.server().sessions().stream()
                        .map(Session::memoryBytes)
                        .collect(
                                Collectors.groupingBy(
                                        bytes -> Long.SIZE - Long.numberOfLeadingZeros(bytes),
                                        TreeMap::new,
                                        Collectors.summarizingLong(Long::longValue)));
        StringBuilder table = new StringBuilder("Bucket         Tot Mem       Clients\n");
        byBits.forEach(
                (bits, sum) ->
                        table.append(
                                "1<<%-2d %16d %13d\n"
                                        .formatted(bits, sum.getSum(), sum.getCount())));
        call.reply().verbatim(table.toString());
    }

    /** Redis stops altogether; here the client waits, and nobody else if it can be helped. */
    private static void sleep(Call call) {
        double seconds;
        try {
            seconds = Double.parseDouble(call.text(2));
        } catch (NumberFormatException notANumber) {
            seconds = 0;
        }
        long millis = (long) (Math.max(seconds, 0) * MILLIS_PER_SECOND);
        if (call.isInTransaction() || millis == 0) {
            stop(TimeUnit.MILLISECONDS.toNanos(millis));
            call.reply().ok();
            return;
        }
        call.waits(TimeUnit.MILLISECONDS.toNanos(millis));
        Lane lane = call.lane();
        Session session = call.session();
        lane.suspend(session);
        lane.later(millis, () -> lane.resume(session, Reply::ok));
    }

    private static void stop(long nanos) {
        long end = System.nanoTime() + nanos;
        for (long left = nanos; left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static void match(Call call) {
        boolean matches = GlobPattern.of(call.bytes(3)).matches(new byte[(int) call.integer(2)]);
        call.reply().flag(matches);
    }
}
