package dev.millrace.kv.pubsub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.KvLanes;
import dev.millrace.kv.LaneClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

class PubSubTest {
    private static final int LANES = 4;

    private final KvLanes kv = KvLanes.open(LANES);

    @AfterEach
    void close() {
        kv.close();
    }

    @Test
    void a_message_reaches_the_subscribers_of_every_lane() {
        List<LaneClient> subscribers = new ArrayList<>();
        for (int i = 0; i < LANES; i++) {
            LaneClient subscriber = kv.client(i);
            assertEquals("[subscribe, news, :1]", subscriber.call("SUBSCRIBE news"));
            subscribers.add(subscriber);
        }
        assertEquals(":4", kv.client(1).call("PUBLISH news hello"));
        subscribers.forEach(each -> assertEquals("[message, news, hello]", each.next()));
    }

    @Test
    void what_one_publisher_sends_comes_in_its_order() throws InterruptedException {
        int messages = 500;
        List<LaneClient> subscribers = new ArrayList<>();
        for (int i = 0; i < LANES * 2; i++) {
            LaneClient subscriber = kv.client(i % LANES);
            subscriber.call(i % 2 == 0 ? "SUBSCRIBE c" : "PSUBSCRIBE c*");
            subscribers.add(subscriber);
        }
        List<Thread> publishers = new ArrayList<>();
        for (int p = 0; p < LANES; p++) {
            LaneClient publisher = kv.client(p);
            String name = "p" + p;
            publishers.add(
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        for (int i = 0; i < messages; i++) {
                                            publisher.send("PUBLISH c " + name + ":" + i);
                                        }
                                    }));
        }
        for (Thread publisher : publishers) {
            publisher.join();
        }
        for (LaneClient subscriber : subscribers) {
            Map<String, Integer> next = new HashMap<>();
            for (int i = 0; i < messages * LANES; i++) {
                String text = subscriber.next().replaceAll(".*, |]", "");
                String[] message = text.split(":");
                int expected = next.merge(message[0], 1, Integer::sum) - 1;
                assertEquals(expected, Integer.parseInt(message[1]), text);
            }
            assertFalse(subscriber.hasMore());
        }
    }

    @Test
    void clients_that_come_and_go_on_all_lanes_leave_nothing_behind() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < LANES; t++) {
            int lane = t;
            threads.add(Thread.ofPlatform().start(() -> comeAndGo(lane)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        kv.settle();
        LaneClient asking = kv.client(0);
        assertEquals("[]", asking.call("PUBSUB CHANNELS"));
        assertEquals(":0", asking.call("PUBSUB NUMPAT"));
        assertEquals("[]", asking.call("PUBSUB SHARDCHANNELS"));
    }

    private void comeAndGo(int lane) {
        Random random = new Random(lane);
        for (int i = 0; i < 30; i++) {
            LaneClient client = kv.client(lane);
            for (int j = 0; j < 10; j++) {
                String name = Integer.toString(random.nextInt(5));
                String[] verbs = {
                    "SUBSCRIBE", "UNSUBSCRIBE", "PSUBSCRIBE", "PUNSUBSCRIBE", "SSUBSCRIBE"
                };
                client.send(verbs[random.nextInt(verbs.length)] + " " + name);
            }
            if (random.nextBoolean()) {
                client.call("RESET");
            }
            client.leave();
        }
    }

    @Test
    void confirmations_count_channels_and_patterns_together_and_shard_channels_apart() {
        LaneClient client = kv.client(0);
        client.send("SUBSCRIBE a b a", "PSUBSCRIBE x*", "SSUBSCRIBE s", "UNSUBSCRIBE a nosuch");
        assertEquals("[subscribe, a, :1]", client.next());
        assertEquals("[subscribe, b, :2]", client.next());
        assertEquals("[subscribe, a, :2]", client.next());
        assertEquals("[psubscribe, x*, :3]", client.next());
        assertEquals("[ssubscribe, s, :1]", client.next());
        assertEquals("[unsubscribe, a, :2]", client.next());
        assertEquals("[unsubscribe, nosuch, :2]", client.next());
        assertEquals("[sunsubscribe, s, :0]", client.call("SUNSUBSCRIBE"));
        assertEquals("[unsubscribe, b, :1]", client.call("UNSUBSCRIBE"));
        assertEquals("[unsubscribe, nil, :1]", client.call("UNSUBSCRIBE"));
        assertEquals("[punsubscribe, x*, :0]", client.call("PUNSUBSCRIBE"));
        assertEquals("[punsubscribe, nil, :0]", client.call("PUNSUBSCRIBE"));
    }

    @Test
    void in_resp2_a_subscriber_may_do_little_else() {
        LaneClient client = kv.client(0);
        client.call("SUBSCRIBE a");
        assertEquals("[pong, ]", client.call("PING"));
        assertEquals(
                "-ERR Can't execute 'client|id': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING /"
                        + " QUIT / RESET are allowed in this context",
                client.call("CLIENT ID"));
        client.call("UNSUBSCRIBE");
        assertEquals("PONG", client.call("PING"));
    }

    @Test
    void in_resp3_messages_are_pushes_and_all_commands_go_on() {
        LaneClient client = kv.client(0);
        client.call("HELLO 3");
        assertEquals(">[subscribe, a, :1]", client.call("SUBSCRIBE a"));
        assertEquals("OK", client.call("SET k v"));
        kv.client(1).call("PUBLISH a m");
        assertEquals(">[message, a, m]", client.next());
    }

    @Test
    void a_message_to_itself_comes_before_the_reply_and_in_a_transaction_after_it() {
        LaneClient client = kv.client(0);
        client.send("HELLO 3", "SUBSCRIBE a");
        client.next();
        client.next();
        client.send("PUBLISH a 1");
        assertEquals(">[message, a, 1]", client.next());
        assertEquals(":1", client.next());
        client.calls("MULTI", "PUBLISH a 2", "PING");
        assertEquals("[:1, PONG]", client.call("EXEC"));
        assertEquals(">[message, a, 2]", client.next());
    }

    @Test
    void pushes_come_though_replies_are_switched_off() {
        LaneClient client = kv.client(0);
        client.call("HELLO 3");
        client.send("CLIENT REPLY OFF", "SUBSCRIBE a", "PUBLISH a 1", "PING");
        assertEquals(">[subscribe, a, :1]", client.next());
        assertEquals(">[message, a, 1]", client.next());
        assertEquals("OK", client.call("CLIENT REPLY ON"));
    }

    @Test
    void patterns_and_channels_each_get_a_message_of_their_own() {
        LaneClient client = kv.client(2);
        client.send("SUBSCRIBE news.art", "PSUBSCRIBE news.* n?ws.[ab]*");
        client.next();
        client.next();
        client.next();
        assertEquals(":3", kv.client(0).call("PUBLISH news.art x"));
        List<String> came = List.of(client.next(), client.next(), client.next());
        assertTrue(came.contains("[message, news.art, x]"));
        assertTrue(came.contains("[pmessage, news.*, news.art, x]"));
        assertTrue(came.contains("[pmessage, n?ws.[ab]*, news.art, x]"));
    }

    @Test
    void shard_messages_are_a_world_of_their_own() {
        LaneClient client = kv.client(2);
        client.send("SSUBSCRIBE s", "PSUBSCRIBE *");
        client.next();
        client.next();
        assertEquals(":1", kv.client(0).call("SPUBLISH s x"));
        assertEquals("[smessage, s, x]", client.next());
        assertEquals("[s, :1]", kv.client(1).call("PUBSUB SHARDNUMSUB s"));
        assertEquals("[s, :0]", kv.client(1).call("PUBSUB NUMSUB s"));
        assertEquals("[s]", kv.client(1).call("PUBSUB SHARDCHANNELS s*"));
    }

    @Test
    void who_left_is_no_receiver() {
        LaneClient client = kv.client(1);
        client.call("SUBSCRIBE a");
        client.leave();
        assertEquals(":0", kv.client(0).call("PUBLISH a x"));
    }

    @Test
    void nobody_subscribes_to_a_shard_channel_inside_a_transaction() {
        LaneClient client = kv.client(0);
        client.calls("MULTI", "SSUBSCRIBE a");
        assertEquals(
                "[-ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client]", client.call("EXEC"));
        assertEquals(":0", kv.client(1).call("SPUBLISH a 1"));
    }
}
