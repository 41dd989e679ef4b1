package dev.millrace.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;
import dev.millrace.kernel.journal.FakeDisk;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * Transactions across real rooms, cut from power and killed, by seed: of each, all of it is there
 * or nothing, and all of it if it was acknowledged.
 */
class TransactionSimulationTest {
    private static final int SEEDS = Integer.getInteger("millrace.sim.seeds", 30);
    private static final int LIVES = 4;
    private static final int STEPS = 60;

    @Test
    void of_each_transaction_all_is_there_after_a_power_cut_or_nothing() {
        int[] kept = {0};
        int[] lost = {0};
        Seeds.each(
                SEEDS,
                random -> {
                    Run run = new Run(random, true);
                    run.lives();
                    kept[0] += run.kept;
                    lost[0] += run.lost;
                });
        assertTrue(kept[0] > SEEDS && lost[0] > SEEDS, kept[0] + " kept, " + lost[0] + " lost");
    }

    @Test
    void a_kill_loses_nothing_though_nobody_waits_for_the_disk() {
        Seeds.each(
                SEEDS,
                random -> {
                    Run run = new Run(random, false);
                    run.lives();
                    assertEquals(0, run.lost);
                });
    }

    /** One life of a data directory, through several of a process. */
    private static final class Run {
        private final SplittableRandom random;
        private final boolean strict;
        private final FakeDisk journal = new FakeDisk();
        private final FakeDisk snapshots = new FakeDisk();
        private final SimChunkDisk chunks = new SimChunkDisk();
        private final FakeDisk files = new FakeDisk();
        private final SimClock clock = new SimClock();

        /** Orders that are there for good. */
        private List<Integer> orders = new ArrayList<>();

        private int next;
        private int kept;
        private int lost;

        /**
         * @param strict power is cut, and acknowledged is what waited for the disk; else the
         *     process is killed
         */
        Run(SplittableRandom random, boolean strict) {
            this.random = random;
            this.strict = strict;
        }

        private RoomsSimNode start() throws IOException {
            return new RoomsSimNode(
                    journal,
                    snapshots,
                    chunks,
                    files,
                    clock,
                    new SplittableRandom(random.nextLong()),
                    strict);
        }

        void lives() throws IOException {
            for (int life = 0; life < LIVES; life++) {
                List<Integer> done;
                int acknowledged;
                try (RoomsSimNode node = start()) {
                    check(node, orders);
                    done = live(node);
                    node.client().deliver();
                    acknowledged = strict ? acknowledged(node) : done.size();
                }
                end();
                try (RoomsSimNode node = start()) {
                    settle(node, done, acknowledged);
                }
            }
        }

        /** Writes orders; some are to be refused. All that were not, in order. */
        private List<Integer> live(RoomsSimNode node) {
            List<Integer> done = new ArrayList<>();
            for (int step = random.nextInt(STEPS); step > 0; step--) {
                clock.pass(random.nextInt(50));
                node.prepareSpace();
                switch (random.nextInt(8)) {
                    case 0 -> node.journal().sync();
                    case 1 -> refuse(node, orders.size() + done.size());
                    default -> {
                        order(node, orders.size() + done.size());
                        done.add(next++);
                    }
                }
            }
            return done;
        }

        private void order(RoomsSimNode node, int revision) {
            String expected = revision == 0 ? "none" : "" + (revision - 1);
            String answer = exec(node, expected);
            assertTrue(answer.endsWith("*3\r\n+OK\r\n+OK\r\n:" + revision + "\r\n"), answer);
        }

        private void refuse(RoomsSimNode node, int revision) {
            String answer = exec(node, "" + (revision + 5));
            assertTrue(answer.contains("-EXECABORT"), answer);
        }

        private String exec(RoomsSimNode node, String expected) {
            node.client().takeProduced();
            node.client()
                    .send(
                            "MULTI",
                            "SET order:" + next + " paid",
                            "MR.PUB orders " + next,
                            "MR.APPEND orders paid " + next + " EXPECT " + expected,
                            "EXEC");
            return node.client().takeProduced();
        }

        /** Of the transactions of this life, how many were certainly answered. */
        private static int acknowledged(RoomsSimNode node) {
            return node.client().receivedText().split("\\*3\r\n", -1).length - 1;
        }

        private void end() {
            Random chance = new Random(random.nextLong());
            if (strict) {
                journal.powerCut(chance);
                snapshots.powerCut(chance);
                chunks.powerCut(random);
                files.powerCut(chance);
            } else {
                journal.processKilled();
            }
        }

        /** What is left is the beginning of what was done, and not less than was acknowledged. */
        private void settle(RoomsSimNode node, List<Integer> done, int acknowledged) {
            int left = node.events("orders").size() - orders.size();
            assertTrue(left >= acknowledged, left + " left of " + acknowledged);
            assertTrue(left <= done.size(), left + " left of " + done.size());
            kept += left;
            lost += done.size() - left;
            List<Integer> all = new ArrayList<>(orders);
            all.addAll(done.subList(0, left));
            check(node, all);
            assertEquals(
                    new TreeSet<>(done.subList(left, done.size())),
                    new TreeSet<>(missing(node, done)));
            orders = all;
        }

        private static void check(RoomsSimNode node, List<Integer> orders) {
            List<String> texts = orders.stream().map(order -> "" + order).toList();
            assertEquals(texts, node.events("orders"));
            assertEquals(texts, node.messages("orders"));
            assertEquals(List.of(), missing(node, orders));
        }

        /** Those that kv does not have. */
        private static List<Integer> missing(RoomsSimNode node, List<Integer> orders) {
            List<Integer> absent = new ArrayList<>();
            for (int order : orders) {
                node.client().takeProduced();
                node.client().send("EXISTS order:" + order);
                if (node.client().takeProduced().equals(":0\r\n")) {
                    absent.add(order);
                }
            }
            return absent;
        }
    }
}
