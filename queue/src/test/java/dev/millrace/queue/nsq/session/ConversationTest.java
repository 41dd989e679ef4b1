package dev.millrace.queue.nsq.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.queue.nsq.session.NsqConnection.Frame;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

class ConversationTest {
    @TempDir Path data;
    private NsqNode node;
    private final List<NsqConnection> opened = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        node = new NsqNode(data, "queue.nsq.msg-timeout=700ms", "queue.nsq.max-attempts=3");
    }

    @AfterEach
    void stop() throws IOException {
        for (NsqConnection connection : opened) {
            connection.close();
        }
        node.close();
    }

    private void restart() throws Exception {
        node.close();
        node = new NsqNode(data, "queue.nsq.msg-timeout=700ms", "queue.nsq.max-attempts=3");
    }

    private NsqConnection connect() throws IOException {
        NsqConnection made = node.connect();
        opened.add(made);
        return made;
    }

    private NsqConnection subscribed(String topic, String channel) throws IOException {
        NsqConnection consumer = connect().say("SUB " + topic + " " + channel);
        assertEquals("OK", consumer.next());
        return consumer;
    }

    private void publish(String topic, String... messages) throws IOException {
        NsqConnection producer = connect();
        for (String message : messages) {
            assertEquals("OK", producer.say("PUB " + topic, message).next());
        }
    }

    @Test
    void what_is_published_is_delivered_once_and_in_order() throws IOException {
        publish("t", "a", "b", "c");
        NsqConnection consumer = subscribed("t", "ch").say("RDY 2");
        Frame first = consumer.read();
        assertEquals("a (1)", first.toString());
        assertEquals("b (1)", consumer.next());
        consumer.say("FIN " + first.id());
        assertEquals("c (1)", consumer.next());
    }

    @Test
    void every_channel_gets_every_message() throws IOException {
        NsqConnection one = subscribed("t", "one").say("RDY 9");
        NsqConnection two = subscribed("t", "two").say("RDY 9");
        assertEquals("OK", connect().say("MPUB t", NsqConnection.batch("a", "b")).next());
        for (NsqConnection consumer : List.of(one, two)) {
            assertEquals("a (1)", consumer.next());
            assertEquals("b (1)", consumer.next());
        }
    }

    @Test
    void the_first_channel_gets_what_came_before_and_the_next_does_not() throws IOException {
        publish("t", "a");
        NsqConnection first = subscribed("t", "first").say("RDY 9");
        assertEquals("a (1)", first.next());
        NsqConnection next = subscribed("t", "next").say("RDY 9");
        publish("t", "b");
        assertEquals("b (1)", next.next());
    }

    @Test
    void a_message_that_is_given_back_comes_again_with_one_attempt_more() throws IOException {
        publish("t", "a");
        NsqConnection consumer = subscribed("t", "ch").say("RDY 1");
        Frame first = consumer.read();
        Frame again = consumer.say("REQ " + first.id() + " 0").read();
        assertEquals("a (2)", again.toString());
        assertEquals(first.id(), again.id());
    }

    @Test
    void a_message_comes_again_when_its_time_is_up_unless_it_was_touched() throws Exception {
        publish("t", "a");
        NsqConnection consumer = subscribed("t", "ch").say("RDY 1");
        Frame first = consumer.read();
        for (int i = 0; i < 5; i++) {
            Thread.sleep(300);
            consumer.say("TOUCH " + first.id());
        }
        assertEquals("a (2)", consumer.next());
        assertEquals(
                "error E_FIN_FAILED FIN 0000000000000000 failed ID not in flight",
                consumer.say("FIN 0000000000000000").next());
    }

    @Test
    void a_message_of_somebody_else_is_not_touched() throws IOException {
        publish("t", "a");
        NsqConnection consumer = subscribed("t", "ch").say("RDY 1");
        String id = consumer.read().id();
        NsqConnection other = subscribed("t", "ch");
        assertEquals(
                "error E_TOUCH_FAILED TOUCH " + id + " failed client does not own message",
                other.say("TOUCH " + id).next());
    }

    @Test
    void a_deferred_message_waits_also_over_a_restart() throws Exception {
        long start = System.nanoTime();
        assertEquals("OK", connect().say("DPUB t 1500", "later").next());
        restart();
        NsqConnection consumer = subscribed("t", "ch").say("RDY 1");
        assertEquals("later (1)", consumer.next());
        assertTrue(System.nanoTime() - start >= 1_500_000_000L);
    }

    @Test
    void attempts_are_counted_over_a_restart_and_what_was_finished_does_not_come()
            throws Exception {
        publish("t", "a", "b");
        NsqConnection consumer = subscribed("t", "ch").say("RDY 2");
        Frame a = consumer.read();
        consumer.read();
        consumer.say("FIN " + a.id());
        // CLS is answered when FIN was done.
        assertEquals("CLOSE_WAIT", consumer.say("CLS").next());
        restart();
        assertEquals("b (2)", subscribed("t", "ch").say("RDY 2").next());
    }

    @Test
    void after_max_attempts_a_message_is_among_the_dead() throws IOException {
        publish("t", "bad");
        NsqConnection consumer = subscribed("t", "ch").say("RDY 1");
        for (int i = 1; i <= 3; i++) {
            Frame frame = consumer.read();
            assertEquals(i, frame.attempts());
            consumer.say("REQ " + frame.id() + " 0");
        }
        assertEquals("bad (1)", subscribed("t.dead", "ch").say("RDY 1").next());
    }

    @Test
    void a_message_that_must_be_read_from_the_disk_is_buried_at_once_all_the_same()
            throws Exception {
        node.close();
        node =
                new NsqNode(
                        data,
                        "queue.nsq.msg-timeout=700ms",
                        "queue.nsq.max-attempts=1",
                        "queue.memory-bytes=1048576");
        publish("t", "given back", "timed out");
        NsqConnection consumer = subscribed("t", "ch").say("RDY 2");
        Frame first = consumer.read();
        assertEquals("timed out (1)", consumer.next());
        consumer.say("RDY 0");
        // What was published first is no longer in memory when it is needed again.
        String filler = "x".repeat(500_000);
        for (int i = 0; i < 16; i++) {
            publish("t", filler);
        }
        consumer.say("REQ " + first.id() + " 0");
        NsqConnection dead = subscribed("t.dead", "ch").say("RDY 2");
        assertEquals("given back (1)", dead.next());
        assertEquals("timed out (1)", dead.next());
    }

    @Test
    void an_ephemeral_channel_goes_with_its_last_consumer() throws IOException {
        publish("t", "a");
        try (NsqConnection consumer = subscribed("t", "ch#ephemeral").say("RDY 1")) {
            assertEquals("a (1)", consumer.next());
        }
        // The next one is another: it gets what comes from now on.
        boolean fresh = false;
        while (!fresh) {
            NsqConnection consumer = subscribed("t", "ch#ephemeral").say("RDY 9");
            publish("t", "b");
            fresh = consumer.next().equals("b (1)");
            consumer.close();
        }
    }

    @Test
    void who_leaves_gets_no_more_but_may_finish() throws IOException {
        publish("t", "a", "b");
        NsqConnection consumer = subscribed("t", "ch").say("RDY 1");
        Frame a = consumer.read();
        assertEquals("CLOSE_WAIT", consumer.say("CLS").next());
        consumer.say("RDY 5").say("FIN " + a.id());
        assertEquals("b (1)", subscribed("t", "ch").say("RDY 1").next());
    }

    @Test
    void states_are_kept_and_each_wrong_one_is_told_and_ends_the_connection() throws IOException {
        for (List<String> wrong :
                List.of(
                        List.of("RDY 1", "E_INVALID cannot RDY in current state"),
                        List.of("FIN 0123456789abcdef", "E_INVALID cannot FIN in current state"),
                        List.of("CLS", "E_INVALID cannot CLS in current state"),
                        List.of("XYZ", "E_INVALID invalid command XYZ"),
                        List.of("", "E_INVALID invalid command "),
                        List.of("SUB t", "E_INVALID SUB insufficient number of parameters"),
                        List.of("SUB t$ ch", "E_BAD_TOPIC SUB topic name \"t$\" is not valid"),
                        List.of("SUB t c$", "E_BAD_CHANNEL SUB channel name \"c$\" is not valid"),
                        List.of("PUB", "E_INVALID PUB insufficient number of parameters"),
                        List.of("PUB t\"", "E_BAD_TOPIC PUB topic name \"t\\\"\" is not valid"),
                        List.of("DPUB t x", "E_INVALID DPUB could not parse timeout x"),
                        List.of(
                                "AUTH\n" + NsqConnection.u32(1) + "x",
                                "E_AUTH_DISABLED AUTH disabled"))) {
            NsqConnection client = connect().say(wrong.getFirst());
            assertEquals("error " + wrong.getLast(), client.next());
            assertTrue(client.isClosed(), wrong.getFirst());
        }
        NsqConnection client = subscribed("t", "ch");
        assertEquals("error E_INVALID cannot SUB in current state", client.say("SUB t ch").next());
        assertTrue(client.isClosed());
    }

    @Test
    void what_is_in_flight_of_who_is_gone_comes_to_another() throws IOException {
        publish("t", "a");
        try (NsqConnection consumer = subscribed("t", "ch").say("RDY 1")) {
            consumer.read();
        }
        assertEquals("a (2)", subscribed("t", "ch").say("RDY 1").next());
    }

    @Test
    void a_consumer_gets_more_than_is_gathered_for_it_at_once() throws IOException {
        String large = "x".repeat(100_000);
        NsqConnection producer = connect();
        for (int i = 0; i < 20; i++) {
            assertEquals("OK", producer.say("MPUB t", NsqConnection.batch(large, large)).next());
        }
        NsqConnection consumer = subscribed("t", "ch").say("RDY 100");
        for (int i = 0; i < 40; i++) {
            Frame frame = consumer.read();
            assertEquals(large, frame.text());
            consumer.say("FIN " + frame.id());
        }
    }

    @Test
    void ids_differ() throws IOException {
        publish("t", "a", "b");
        NsqConnection consumer = subscribed("t", "ch").say("RDY 2");
        assertNotEquals(consumer.read().id(), consumer.read().id());
    }
}
