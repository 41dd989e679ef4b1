package dev.millrace.kv.blocking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;
import dev.millrace.kv.KvLanes;
import dev.millrace.kv.LaneClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Clients that wait, on several lanes on threads of their own. */
class ServingTest {
    private static final int LANES = 4;

    private final KvLanes kv = KvLanes.open(LANES);

    @AfterEach
    void close() {
        kv.close();
    }

    @Test
    void clients_of_all_lanes_are_served_in_the_order_in_which_they_came() {
        List<LaneClient> waiting = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            LaneClient client = kv.client(i % LANES);
            client.send("BLPOP queue other 0");
            waiting.add(client);
        }
        LaneClient pusher = kv.client(1);
        StringBuilder push = new StringBuilder("RPUSH queue");
        IntStream.range(0, 20).forEach(i -> push.append(" e").append(i));
        assertEquals(":20", pusher.call(push.toString()));
        for (int i = 20; i < 40; i++) {
            assertEquals(":1", kv.client(i % LANES).call("RPUSH queue e" + i));
        }
        for (int i = 0; i < 40; i++) {
            assertEquals("[queue, e" + i + "]", waiting.get(i).next());
        }
        assertEquals(":0", pusher.call("LLEN queue"));
    }

    @Test
    void moves_go_from_stripe_to_stripe_and_back() {
        for (int round = 0; round < 50; round++) {
            List<LaneClient> movers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                LaneClient mover = kv.client(i % LANES);
                mover.send("BLMOVE k" + i + " k" + (i + 1) % 8 + " LEFT RIGHT 0");
                movers.add(mover);
            }
            assertEquals(":1", kv.client(round % LANES).call("RPUSH k3 x" + round));
            for (LaneClient mover : movers) {
                assertEquals("x" + round, mover.next());
            }
            assertEquals("x" + round, kv.client(0).call("LPOP k3"));
        }
    }

    @Test
    void no_element_is_lost_or_served_twice_while_clients_time_out_and_are_unblocked() {
        Seeds.each(5, this::race);
    }

    private void race(SplittableRandom random) {
        List<LaneClient> poppers = new ArrayList<>();
        for (int i = 0; i < 2 * LANES; i++) {
            poppers.add(kv.client(i % LANES));
        }
        LaneClient pusher = kv.client(0);
        TreeSet<String> taken = new TreeSet<>();
        int pushed = 0;
        for (int round = 0; round < 60; round++) {
            for (int i = 0; i < poppers.size(); i++) {
                poppers.get(i).send((i % 3 == 0 ? "BLMOVE q q" : "BLPOP q") + ends(i, random));
            }
            int elements = random.nextInt(1, poppers.size());
            for (int i = 0; i < elements; i++) {
                pusher.send("RPUSH q e" + pushed++);
                if (random.nextBoolean()) {
                    LaneClient any = poppers.get(random.nextInt(poppers.size()));
                    kv.client(random.nextInt(LANES)).call("CLIENT UNBLOCK " + any.session().id());
                }
                assertTrue(pusher.next().startsWith(":"));
            }
            for (int i = 0; i < poppers.size(); i++) {
                String reply = poppers.get(i).next();
                if (i % 3 != 0 && !reply.equals("nil")) {
                    assertTrue(taken.add(reply), reply + " was served twice");
                }
            }
        }
        String rest = pusher.call("LPOP q");
        while (!rest.equals("nil")) {
            assertTrue(taken.add("[q, " + rest + "]"), rest + " was served and is still there");
            rest = pusher.call("LPOP q");
        }
        assertEquals(pushed, taken.size());
    }

    private static String ends(int popper, SplittableRandom random) {
        return (popper % 3 == 0 ? " LEFT RIGHT" : "") + " 0.0" + random.nextInt(1, 30);
    }

    @Test
    void who_goes_away_while_it_is_served_leaves_the_rest_to_the_others() {
        for (int round = 0; round < 100; round++) {
            LaneClient goes = kv.client(round % LANES);
            goes.send("BLPOP q 0");
            LaneClient stays = kv.client((round + 1) % LANES);
            stays.send("BLPOP q 0");
            LaneClient killer = kv.client((round + 2) % LANES);
            killer.send("CLIENT KILL ID " + goes.session().id());
            LaneClient pusher = kv.client((round + 3) % LANES);
            assertTrue(pusher.call("RPUSH q a b").startsWith(":"));
            assertEquals("[q, a]", stays.next());
            assertEquals("b", pusher.call("LPOP q"));
        }
    }

    @Test
    void a_served_reply_waits_for_the_record_that_it_depends_on() {
        try (KvLanes strict = KvLanes.strict(2)) {
            LaneClient waiting = strict.client(0);
            waiting.send("BLPOP q 0");
            strict.client(1).call("RPUSH q a");
            assertEquals("[q, a]", waiting.next());
            assertEquals(strict.shard().journal().end(), waiting.lastDependsOn());
        }
    }

    /**
     * What several loops read at the same time is ordered by no one; but it happens in some order.
     */
    @Test
    void two_who_ask_and_one_who_gives_at_once_come_one_after_the_other() {
        for (int round = 0; round < 200; round++) {
            LaneClient wrong = kv.client(0);
            LaneClient right = kv.client(1);
            LaneClient pusher = kv.client(2);
            pusher.calls("DEL q", "DEL text", "DEL list", "SET text x");
            List<Thread> all =
                    List.of(
                            Thread.ofPlatform()
                                    .start(() -> wrong.send("BLMOVE q text LEFT LEFT 0")),
                            Thread.ofPlatform()
                                    .start(() -> right.send("BLMOVE q list LEFT LEFT 0")),
                            Thread.ofPlatform().start(() -> pusher.send("RPUSH q foo")));
            all.forEach(ServingTest::join);
            assertEquals(":1", pusher.next());
            assertEquals("foo", right.next());
            if (!wrong.hasMore()) {
                pusher.call("RPUSH q bar");
            }
            assertTrue(wrong.next().startsWith("-WRONGTYPE"));
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void elements_that_go_from_list_to_list_are_all_there_in_the_end_and_each_once() {
        Seeds.each(5, this::circulate);
    }

    private void circulate(SplittableRandom random) {
        kv.client(0).call("FLUSHALL");
        List<LaneClient> movers = new ArrayList<>();
        for (int i = 0; i < 3 * LANES; i++) {
            movers.add(kv.client(i % LANES));
        }
        TreeSet<String> pushed = new TreeSet<>();
        List<LaneClient> pushers = new ArrayList<>();
        for (int i = 0; i < LANES; i++) {
            pushers.add(kv.client(i));
        }
        for (int round = 0; round < 40; round++) {
            for (LaneClient mover : movers) {
                mover.send(moving(random));
            }
            for (LaneClient pusher : pushers) {
                String element = "e" + pushed.size();
                pushed.add(element);
                pusher.send("RPUSH k" + random.nextInt(6) + " " + element);
            }
            pushers.forEach(pusher -> assertTrue(pusher.next().startsWith(":")));
            movers.forEach(LaneClient::next);
        }
        TreeSet<String> left = new TreeSet<>();
        for (int i = 0; i < 6; i++) {
            for (String e = kv.client(0).call("LPOP k" + i);
                    !e.equals("nil");
                    e = kv.client(0).call("LPOP k" + i)) {
                assertTrue(left.add(e), e + " is there twice");
            }
        }
        assertEquals(pushed, left);
    }

    private static String moving(SplittableRandom random) {
        String keys = " k" + random.nextInt(6) + " k" + random.nextInt(6);
        return random.nextBoolean()
                ? "BLMOVE" + keys + " LEFT RIGHT 0.0" + random.nextInt(1, 30)
                : "BRPOPLPUSH" + keys + " 0.0" + random.nextInt(1, 30);
    }
}
