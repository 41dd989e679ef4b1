package dev.millrace.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.millrace.kernel.Seeds;
import dev.millrace.kernel.journal.FakeDisk;
import dev.millrace.kernel.memory.ProcessMemory;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The real kernel and kv on fake time and fake disks, killed, cut from power, filled up and failed
 * at, by seed. After every command the reply is compared with a plain model's; after every restart
 * the whole state must be the model's after some command that was executed, and not before the last
 * one that was acknowledged (or, where the policy does not wait, durable).
 */
class SimulationTest {
    private static final int SEEDS = Integer.getInteger("millrace.sim.seeds", 30);
    private static final int STEPS = 600;
    private static final int KEYS = 12;

    /** Each life of a node has an interpreter of its own, which takes some time to make. */
    private static final int SEEDS_WITH_SCRIPTS_PART = 4;

    private static final String NO_FUNCTION = "";

    /** Runs commands, each ended by a semicolon, and answers with all their answers. */
    private static final String RUN =
            "local\tr,c={},{}for\ti,w\tin\tipairs(words)do\tif\tw==';'then\tr[#r+1]=redis.pcall(unpack(c))c={}"
                    + "else\tc[#c+1]=w\tend\tend\treturn\tr";

    @Test
    void nothing_acknowledged_is_lost_when_replies_wait_for_the_disk() {
        int[] restarts = {0};
        Seeds.each(SEEDS, random -> restarts[0] += run(random, true, 1, false));
        assertTrue(restarts[0] > SEEDS, "restarts: " + restarts[0]);
    }

    @Test
    void nothing_is_lost_to_a_killed_process_and_nothing_synced_to_a_power_cut() {
        int[] restarts = {0};
        Seeds.each(SEEDS, random -> restarts[0] += run(random, false, 1, false));
        assertTrue(restarts[0] > SEEDS, "restarts: " + restarts[0]);
    }

    @Test
    void the_same_holds_with_several_loops_and_stripes() {
        int[] restarts = {0};
        Seeds.each(SEEDS, random -> restarts[0] += run(random, true, 3, false));
        assertTrue(restarts[0] > SEEDS, "restarts: " + restarts[0]);
    }

    @Test
    void what_a_script_or_a_function_does_is_there_wholly_or_not_at_all() {
        int[] restarts = {0};
        int seeds = Math.max(1, SEEDS / SEEDS_WITH_SCRIPTS_PART);
        Seeds.each(
                seeds,
                random -> {
                    boolean strict = random.nextInt(3) > 0;
                    int lanes = random.nextInt(1, 4);
                    restarts[0] += run(random, strict, lanes, true);
                });
        assertTrue(restarts[0] > seeds, "restarts: " + restarts[0]);
    }

    /** One seed's run; returns how often the node was restarted. */
    private static int run(SplittableRandom random, boolean strict, int lanes, boolean scripts)
            throws IOException {
        try (ProcessMemory _ = ProcessMemory.begin()) {
            return new Run(random, strict, lanes, scripts).steps();
        }
    }

    /**
     * A command, or a transaction, that was executed.
     *
     * @param needs how many executed ones must be there if its reply is believed: itself if it
     *     wrote, else those up to the last that wrote what it read
     * @param position where the log stood afterwards
     * @param client who asked
     * @param replied how many bytes that client had been answered with then
     */
    private record Executed(
            List<String> commands,
            long now,
            int needs,
            long position,
            SimClient client,
            long replied) {}

    /** One life of a data directory, through several of a process. */
    private static final class Run {
        private final SplittableRandom random;
        private final boolean strict;
        private final int lanes;
        private final boolean scripts;
        private final FakeDisk journalDisk = new FakeDisk();
        private final FakeDisk snapshotDisk = new FakeDisk();
        private final SimClock clock = new SimClock();
        private SimNode node;

        /** Who sent the last command. */
        private SimClient asked;

        /** The state at the last restart, and what was executed since. */
        private Model base = new Model();

        private Model model = new Model();
        private final List<Executed> executed = new ArrayList<>();

        /** Who wrote a key last, as an index into {@link #executed}; since the last restart. */
        private final Map<String, Integer> writers = new TreeMap<>();

        private int restarts;

        Run(SplittableRandom random, boolean strict, int lanes, boolean scripts)
                throws IOException {
            this.random = random;
            this.strict = strict;
            this.lanes = lanes;
            this.scripts = scripts;
            this.node = start();
            this.asked = node.client(0);
        }

        private SimNode start() throws IOException {
            return new SimNode(journalDisk, snapshotDisk, clock, random.split(), strict, lanes);
        }

        int steps() throws IOException {
            for (int i = 0; i < STEPS; i++) {
                step();
            }
            restart(false);
            node.end();
            return restarts;
        }

        private void step() throws IOException {
            switch (random.nextInt(40)) {
                case 0 -> restart(false);
                case 1 -> restart(true);
                case 2 -> clock.pass(random.nextInt(3000));
                case 3 -> node.expire();
                case 4, 5 -> node.beginCheckpoint();
                case 6 -> node.finishCheckpoint();
                case 7 -> fault();
                case 8 -> heal();
                case 9, 10, 11, 12 -> sync();
                case 13 -> node.turn(2);
                case 14 -> node.sweep();
                case 15 -> giveUpCheckpoint();
                default -> command();
            }
        }

        private void giveUpCheckpoint() {
            snapshotDisk.failWritesAfter(0);
            node.giveUpCheckpoint();
            snapshotDisk.failWritesAfter(Integer.MAX_VALUE);
        }

        private void fault() {
            switch (random.nextInt(5)) {
                case 0 -> journalDisk.capacity(journalDisk.usedBytes());
                case 1 -> snapshotDisk.failWritesAfter(random.nextInt(3));
                case 2 -> snapshotDisk.capacity(snapshotDisk.usedBytes() + random.nextInt(500));
                case 3 -> {
                    if (random.nextInt(4) == 0) {
                        journalDisk.failForces();
                    }
                }
                case 4 -> snapshotDisk.failForces();
                default -> throw new AssertionError();
            }
        }

        private void heal() {
            journalDisk.capacity(Long.MAX_VALUE);
            snapshotDisk.capacity(Long.MAX_VALUE);
            snapshotDisk.failWritesAfter(Integer.MAX_VALUE);
            node.prepareSpace();
            node.turn(100);
        }

        private void sync() {
            node.journal().sync();
            for (int i = 0; i < node.clients(); i++) {
                node.client(i).deliver();
            }
        }

        /** How many executed commands a power cut may not take. */
        private int promised() {
            int promised = 0;
            for (Executed done : executed) {
                boolean counts =
                        strict
                                ? done.client.received() >= done.replied
                                : done.position <= node.journal().durable();
                if (counts) {
                    promised = Math.max(promised, done.needs);
                }
            }
            return promised;
        }

        /** Executes on the model; returns the reply, and notes what was read and written. */
        private int note(List<String> commands, String function, StringBuilder expected) {
            int needs = writers.getOrDefault(function, -1) + 1;
            for (String command : commands) {
                List<String> keys = keys(command);
                List<String> before = keys.stream().map(model::shown).toList();
                expected.append(model.execute(command, clock.millis()));
                boolean changed = false;
                for (int i = 0; i < keys.size(); i++) {
                    if (!model.shown(keys.get(i)).equals(before.get(i))) {
                        changed = true;
                        writers.put(keys.get(i), executed.size());
                    }
                }
                if (!changed && readsFirst(command)) {
                    needs = Math.max(needs, writers.getOrDefault(keys.getFirst(), -1) + 1);
                }
                if (changed) {
                    needs = executed.size() + 1;
                }
            }
            return needs;
        }

        /** Whether the answer of a command that changes nothing tells of the first key it names. */
        private static boolean readsFirst(String command) {
            return !command.startsWith("SUNIONSTORE")
                    && !command.startsWith("SINTERSTORE")
                    && !command.startsWith("MSET")
                    && !command.equals("FLUSHALL");
        }

        /** The keys that a command names, whatever it does with them. */
        private static List<String> keys(String command) {
            if (command.startsWith("FUNCTION")) {
                return List.of(Model.LIBRARY + Model.libraryOf(command));
            }
            if (command.equals("FLUSHALL")) {
                return IntStream.range(0, KEYS).mapToObj(i -> "key:" + i).toList();
            }
            return Stream.of(command.split(" ")).filter(word -> word.startsWith("key:")).toList();
        }

        private String key() {
            return "key:" + random.nextInt(KEYS);
        }

        /** Two different keys. */
        private String keys() {
            int first = random.nextInt(KEYS);
            int second = (first + random.nextInt(1, KEYS)) % KEYS;
            return "key:" + first + " key:" + second;
        }

        private String value() {
            int kind = random.nextInt(10);
            return kind == 0
                    ? "x".repeat(random.nextInt(1, 30_000))
                    : kind < 6 ? Integer.toString(random.nextInt(1000)) : "v" + random.nextLong();
        }

        private String one() {
            return random.nextBoolean() ? string() : collection();
        }

        private long lastEntry;

        private String string() {
            return switch (random.nextInt(12)) {
                case 0, 1 -> "SET " + key() + " " + value();
                case 2 -> "SET " + key() + " " + value() + " PX " + random.nextInt(1, 5000);
                case 3 -> "INCR " + key();
                case 4 -> "DEL " + key();
                case 5 -> "MSET " + key() + " " + value() + " " + key() + " " + value();
                case 6 -> "APPEND " + key() + " " + value();
                case 7 -> "RENAME " + keys();
                case 8 -> "COPY " + keys() + " REPLACE";
                case 9 -> random.nextInt(8) == 0 ? "FLUSHALL" : "PEXPIRE " + key() + " 2000";
                default -> "GET " + key();
            };
        }

        private String collection() {
            String own = key();
            int type = Integer.parseInt(own.substring("key:".length())) % 5;
            if (random.nextInt(12) == 0) {
                type = random.nextInt(5); // Of another type than most that are there.
            }
            return switch (type) {
                case 0 -> list(own);
                case 1 -> hash(own);
                case 2 -> set(own);
                case 3 -> stream(own);
                default -> sortedSet(own);
            };
        }

        /** Now and then many at once, so that collections come to their large forms. */
        private String some(Supplier<String> words) {
            int count = random.nextInt(6) == 0 ? random.nextInt(50, 200) : random.nextInt(1, 5);
            return " "
                    + IntStream.range(0, count)
                            .mapToObj(i -> words.get())
                            .collect(Collectors.joining(" "));
        }

        private String element() {
            int kind = random.nextInt(40);
            return kind == 0
                    ? "e".repeat(random.nextInt(60, 3000))
                    : kind < 20 ? "e" + random.nextInt(300) : "" + random.nextInt(700);
        }

        private String list(String key) {
            return switch (random.nextInt(9)) {
                case 0, 1 -> "RPUSH " + key + some(this::element);
                case 2 -> "LPUSH " + key + some(this::element);
                case 3 -> "LPOP " + key;
                case 4 -> "RPOP " + key;
                case 5 -> "LMOVE " + keys() + " LEFT RIGHT";
                case 6 -> "LSET " + key + " " + random.nextInt(40) + " " + element();
                case 7 -> "LREM " + key + " 1 " + element();
                default -> "LTRIM " + key + " " + random.nextInt(9) + " " + random.nextInt(300);
            };
        }

        private String hash(String key) {
            return switch (random.nextInt(5)) {
                case 0, 1 -> "HSET " + key + some(() -> element() + " " + element());
                case 2 -> "HDEL " + key + some(this::element);
                case 3 -> "HINCRBY " + key + " " + element() + " " + random.nextInt(1, 99);
                default -> "HGET " + key + " " + element();
            };
        }

        private String set(String key) {
            return switch (random.nextInt(7)) {
                case 0, 1 -> "SADD " + key + some(this::element);
                case 2 -> "SADD " + key + some(() -> "" + random.nextInt(2000));
                case 3 -> "SREM " + key + some(this::element);
                case 4 -> "SMOVE " + keys() + " " + element();
                case 5 -> "SUNIONSTORE " + key() + " " + keys();
                default -> "SINTERSTORE " + key() + " " + keys();
            };
        }

        private String stream(String key) {
            String group = "g" + random.nextInt(2);
            return switch (random.nextInt(12)) {
                case 0 -> "XDEL " + key + some(this::entry);
                case 1 -> "XTRIM " + key + " MAXLEN " + random.nextInt(150);
                case 2 -> "XGROUP CREATE " + key + " " + group + " 0 MKSTREAM";
                case 3, 4 ->
                        "XREADGROUP GROUP %s c%d COUNT %d STREAMS %s >"
                                .formatted(group, random.nextInt(3), random.nextInt(1, 40), key);
                case 5 -> "XACK " + key + " " + group + some(this::entry);
                case 6 -> "XLEN " + key;
                case 7 -> random.nextInt(3) > 0 ? add(key) : "XGROUP DESTROY " + key + " " + group;
                default -> add(key);
            };
        }

        private String add(String key) {
            return "XADD " + key + " " + ++lastEntry + " f " + element();
        }

        /** One that was added not long ago, to whatever stream. */
        private String entry() {
            return "" + Math.max(1, lastEntry - random.nextInt(100));
        }

        private String sortedSet(String key) {
            return switch (random.nextInt(6)) {
                case 0, 1 -> "ZADD " + key + some(() -> random.nextInt(50) + " " + element());
                case 2 -> "ZREM " + key + some(this::element);
                case 3 -> "ZINCRBY " + key + " " + random.nextInt(1, 9) + " " + element();
                case 4 -> "ZREMRANGEBYRANK " + key + " " + random.nextInt(9) + " 30";
                default -> "SORT " + key + " ALPHA STORE " + key();
            };
        }

        private void command() {
            if (scripts && random.nextInt(2) == 0) {
                script();
                return;
            }
            if (random.nextInt(5) == 0) {
                transaction();
                return;
            }
            String command = one();
            String answer = ask(command);
            if (answer.startsWith("-MISCONF")) {
                return;
            }
            check(List.of(command), NO_FUNCTION, answer);
        }

        private void transaction() {
            List<String> commands = new ArrayList<>();
            for (int i = random.nextInt(1, 5); i > 0; i--) {
                commands.add(one());
            }
            List<String> sent = new ArrayList<>(commands);
            sent.addFirst("MULTI");
            sent.add("EXEC");
            String answer = ask(sent.toArray(String[]::new));
            String queued = "+OK\r\n" + "+QUEUED\r\n".repeat(commands.size());
            String head = queued + "*" + commands.size() + "\r\n";
            if (!answer.startsWith(head)) {
                assertTrue(answer.contains("-EXECABORT") || answer.contains("-MISCONF"), answer);
                return; // A write was refused, when it was queued or by EXEC.
            }
            checkSeveral(commands, NO_FUNCTION, answer.substring(head.length()));
        }

        /** Those that were not refused have been done together. */
        private void checkSeveral(List<String> commands, String function, String answers) {
            List<String> replies = lines(answers);
            List<String> done = new ArrayList<>();
            StringBuilder answered = new StringBuilder();
            for (int i = 0; i < commands.size(); i++) {
                if (!isRefused(replies.get(i))) {
                    done.add(commands.get(i));
                    answered.append(replies.get(i));
                }
            }
            check(done, function, answered.toString());
        }

        // ---- Scripts

        private void script() {
            String library = "lib" + random.nextInt(2);
            switch (random.nextInt(6)) {
                case 0 -> one("FUNCTION LOAD REPLACE " + source(library));
                case 1 -> one("FUNCTION DELETE " + library);
                case 2 -> several("FCALL " + library + "_run 0 ", Model.LIBRARY + library);
                default -> several("EVAL local\twords=ARGV\t" + RUN + " 0 ", NO_FUNCTION);
            }
        }

        /** A library that does with its arguments what a script does; each has another source. */
        private String source(String name) {
            return "#!lua\tname=%s\n--%d\nredis.register_function('%s_run',function(_,words)%s\tend)"
                    .formatted(name, random.nextInt(1000), name, RUN);
        }

        private void one(String command) {
            String answer = ask(command);
            if (!isRefused(answer)) {
                check(List.of(command), NO_FUNCTION, answer);
            }
        }

        /** What is answered tells whether there is a function, too. */
        private void several(String run, String function) {
            List<String> commands = new ArrayList<>();
            for (int i = random.nextInt(1, 6); i > 0; i--) {
                commands.add(one());
            }
            String answer = ask(run + String.join(" ; ", commands) + " ;");
            if (!function.equals(NO_FUNCTION) && model.shown(function).isEmpty()) {
                assertEquals("-ERR Function not found\r\n", answer);
                check(List.of(), function, "");
            } else if (!isRefused(answer)) {
                String head = "*" + commands.size() + "\r\n";
                assertEquals(head, answer.substring(0, Math.min(head.length(), answer.length())));
                checkSeveral(commands, function, answer.substring(head.length()));
            }
        }

        /** One command of a transaction had no space in the journal, and changed nothing. */
        private static boolean isRefused(String reply) {
            return reply.startsWith("-MISCONF") || reply.contains("has no space for them yet");
        }

        /** Where a reply ends: a line, a string or an array. */
        private static int end(String text, int at) {
            int end = text.indexOf("\r\n", at) + 2;
            boolean counted = "$*".indexOf(text.charAt(at)) >= 0 && text.charAt(at + 1) != '-';
            int count = counted ? Integer.parseInt(text.substring(at + 1, end - 2)) : 0;
            if (counted && text.charAt(at) == '$') {
                return end + count + 2;
            }
            for (; count > 0; count--) {
                end = end(text, end);
            }
            return end;
        }

        /** Replies, one by one. */
        private static List<String> lines(String text) {
            List<String> replies = new ArrayList<>();
            int at = 0;
            while (at < text.length()) {
                int end = end(text, at);
                replies.add(text.substring(at, end));
                at = end;
            }
            return replies;
        }

        private void check(List<String> commands, String function, String answer) {
            StringBuilder expected = new StringBuilder();
            int needs = note(commands, function, expected);
            assertEquals(forScripts(expected.toString()), forScripts(answer), commands.toString());
            SimClient client = asked;
            executed.add(
                    new Executed(
                            commands,
                            clock.millis(),
                            needs,
                            node.journal().end(),
                            client,
                            client.written()));
        }

        /** Lua has one nothing only, whatever it was nothing of. */
        private static String forScripts(String answer) {
            return answer.replace("*-1\r\n", "$-1\r\n");
        }

        /** Sends to one of the loops, and gives space when the command waits for it. */
        private String ask(String... commands) {
            SimClient client = node.client(random.nextInt(node.clients()));
            asked = client;
            client.send(commands);
            for (int tries = 0; tries < 20 && waits(client, commands); tries++) {
                node.prepareSpace();
                node.turn(1000);
            }
            String answer = client.takeProduced();
            client.deliver();
            if (answer.isEmpty()) {
                fail("no answer to " + List.of(commands));
            }
            return answer;
        }

        private static boolean waits(SimClient client, String... commands) {
            return replies(client.peekProduced()) < commands.length;
        }

        /** Top-level replies, as far as these few commands make them. */
        private static int replies(String text) {
            int count = 0;
            int at = 0;
            while (at < text.length()) {
                int end = text.indexOf("\r\n", at);
                if (text.charAt(at) == '*') {
                    return count + 1; // EXEC's is the last, and written in one piece
                }
                int length =
                        text.charAt(at) == '$' ? Integer.parseInt(text.substring(at + 1, end)) : -1;
                at = end + 2 + (length >= 0 ? length + 2 : 0);
                count++;
            }
            return count;
        }

        private void restart(boolean power) throws IOException {
            restarts++;
            int promised = executed.size();
            if (power) {
                promised = promised();
                Random pages = new Random(random.nextLong());
                journalDisk.powerCut(pages);
                snapshotDisk.powerCut(pages);
            } else {
                journalDisk.processKilled();
                snapshotDisk.processKilled();
            }
            journalDisk.capacity(Long.MAX_VALUE);
            snapshotDisk.capacity(Long.MAX_VALUE);
            node.end();
            node = start();
            Map<String, String> found = node.state();
            Model candidate = base.copy();
            int at = 0;
            while (at < promised) {
                run(candidate, executed.get(at++));
            }
            while (!candidate.copy().state(clock.millis()).equals(found)) {
                if (at == executed.size()) {
                    fail(
                            "after "
                                    + (power ? "a power cut" : "a kill")
                                    + " the state is that after none of the commands "
                                    + promised
                                    + ".."
                                    + executed.size());
                }
                run(candidate, executed.get(at++));
            }
            base = candidate;
            model = candidate.copy();
            executed.clear();
            writers.clear();
        }

        private static void run(Model model, Executed executed) {
            for (String command : executed.commands) {
                model.execute(command, executed.now);
            }
        }
    }
}
