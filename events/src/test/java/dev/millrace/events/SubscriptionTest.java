package dev.millrace.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.re2j.Pattern;

import dev.millrace.events.EventsNode.Written;
import dev.millrace.events.append.Expected;
import dev.millrace.events.append.Outcome;
import dev.millrace.events.group.ConsumerStrategy;
import dev.millrace.events.group.Group;
import dev.millrace.events.group.GroupSettings;
import dev.millrace.events.log.Event;
import dev.millrace.events.log.StreamCursor;
import dev.millrace.events.read.Filter;
import dev.millrace.events.subscription.Consumer;
import dev.millrace.events.subscription.Nack;
import dev.millrace.events.subscription.Subscription;
import dev.millrace.events.subscription.SubscriptionInfo;
import dev.millrace.kernel.memory.Memory;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** What a persistent subscription does, one thing at a time. */
class SubscriptionTest {
    private static final Group.Key KEY = new Group.Key("s", "g");
    private static final int TIMEOUT_MILLIS = 5_000;

    private SubscriptionsNode node;
    private long ids;

    @BeforeEach
    void start() throws IOException {
        node = new SubscriptionsNode(0);
    }

    @AfterEach
    void stop() throws IOException {
        assertEquals(List.of(), node.broken());
        node.close();
    }

    private static GroupSettings settings(int maxRetries, ConsumerStrategy strategy) {
        return settings(0, maxRetries, strategy, Filter.Everything.ALL);
    }

    private static GroupSettings settings(
            long from, int maxRetries, ConsumerStrategy strategy, Filter filter) {
        return new GroupSettings(
                from,
                true,
                true,
                TIMEOUT_MILLIS,
                1_000,
                3,
                8,
                maxRetries,
                2,
                500,
                20,
                30,
                strategy,
                filter);
    }

    private void define(Group.Key key, GroupSettings settings) {
        node.change(() -> node.subscriptions().define(key, settings, () -> {}));
    }

    private void define() {
        define(KEY, settings(2, ConsumerStrategy.ROUND_ROBIN));
    }

    private Subscription subscription() {
        return node.subscriptions().find(KEY).orElseThrow();
    }

    private Group group() {
        return node.node().state().groups().find(KEY).orElseThrow();
    }

    private void append(String stream, int count) {
        append(stream, count, "t");
    }

    private void append(String stream, int count, String type) {
        List<Written> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            events.add(new Written(new UUID(1, ++ids), type, "", "data " + ids));
        }
        Outcome _ = node.node().append(stream, Expected.ANY, events);
        node.settle();
    }

    private void link(String to, String data) {
        Written link = new Written(new UUID(2, ++ids), "$>", "", data);
        Outcome _ = node.node().append(to, Expected.ANY, List.of(link));
        node.settle();
    }

    // ---- A client

    private final class Client {
        private final FakeConsumer outlet = new FakeConsumer(node);
        private final Subscription of;
        private final Consumer consumer;
        private final List<FakeConsumer.Came> has = new ArrayList<>();

        Client(int slots) {
            this(subscription(), slots);
        }

        Client(Subscription of, int slots) {
            this.of = of;
            Consumer[] made = new Consumer[1];
            node.change(() -> made[0] = of.connect(outlet, slots, "c"));
            consumer = made[0];
            node.settle();
        }

        /** What has come, as REVISION:RETRIES. */
        List<String> take() {
            node.settle();
            List<FakeConsumer.Came> came = outlet.take();
            has.addAll(came);
            return came.stream().map(each -> each.revision() + ":" + each.retries()).toList();
        }

        private List<UUID> first(int count) {
            List<FakeConsumer.Came> first = has.subList(0, count);
            List<UUID> all = first.stream().map(FakeConsumer.Came::id).toList();
            first.clear();
            return all;
        }

        void acknowledge(int count) {
            List<UUID> all = first(count);
            node.change(() -> of.acknowledge(consumer, all));
            node.settle();
        }

        void refuse(int count, Nack action) {
            List<UUID> all = first(count);
            node.change(() -> of.refuse(consumer, all, action, "because"));
            node.settle();
        }

        void leave() {
            node.change(() -> of.disconnect(consumer));
            node.settle();
        }
    }

    private void tick(int millis) {
        node.node().clock().advance(millis);
        node.change(node.subscriptions()::tick);
        node.settle();
    }

    private static List<String> range(int from, int to, int retries) {
        List<String> all = new ArrayList<>();
        for (int i = from; i < to; i++) {
            all.add(i + ":" + retries);
        }
        return all;
    }

    // ---- Messages

    @Test
    void what_waits_to_be_sent_again_comes_before_what_is_new() {
        define();
        append("s", 6);
        Client client = new Client(3);
        assertEquals(range(0, 3, 0), client.take());
        client.refuse(2, Nack.RETRY);
        assertEquals(List.of("0:1", "1:1"), client.take());
        client.acknowledge(3);
        assertEquals(range(3, 6, 0), client.take());
    }

    @Test
    void what_was_not_acknowledged_in_time_comes_again_until_it_is_parked() {
        define();
        append("s", 1);
        Client client = new Client(3);
        for (int retries = 0; retries <= 2; retries++) {
            assertEquals(range(0, 1, retries), client.take());
            tick(TIMEOUT_MILLIS - 1);
            assertEquals(List.of(), client.take());
            tick(1);
        }
        assertEquals(List.of(), client.take());
        assertEquals(List.of("0@s Reached retry count of 2"), parked());
        assertEquals(1, subscription().info().parked());
    }

    @Test
    void a_late_acknowledgement_is_for_nothing_but_one_for_what_another_has_is_taken() {
        define(KEY, settings(9, ConsumerStrategy.ROUND_ROBIN));
        append("s", 1);
        Client slow = new Client(1);
        assertEquals(range(0, 1, 0), slow.take());
        slow.outlet.writable(false);
        Client other = new Client(1);
        tick(TIMEOUT_MILLIS);
        assertEquals(range(0, 1, 1), other.take());
        slow.acknowledge(1);
        assertEquals(0, subscription().info().inFlight());
        tick(TIMEOUT_MILLIS);
        assertEquals(List.of(), other.take());
    }

    @Test
    void who_leaves_gives_back_what_he_had() {
        define();
        append("s", 3);
        Client first = new Client(2);
        assertEquals(range(0, 2, 0), first.take());
        first.leave();
        Client second = new Client(5);
        assertEquals(List.of("0:1", "1:1", "2:0"), second.take());
    }

    @Test
    void events_of_one_id_are_acknowledged_one_by_one() {
        Group.Key all = new Group.Key(Group.ALL, "g");
        define(
                all,
                settings(
                        0,
                        2,
                        ConsumerStrategy.ROUND_ROBIN,
                        new Filter.Prefixes(true, List.of(new byte[] {'t'}))));
        Written same = new Written(new UUID(5, 5), "t", "", "the same");
        Outcome _ = node.node().append("a", Expected.ANY, List.of(same));
        Outcome _ = node.node().append("b", Expected.ANY, List.of(same));
        Subscription subscription = node.subscriptions().find(all).orElseThrow();
        FakeConsumer outlet = new FakeConsumer(node);
        Consumer[] consumer = new Consumer[1];
        node.change(() -> consumer[0] = subscription.connect(outlet, 5, "c"));
        node.settle();
        assertEquals(2, outlet.take().size());
        for (int left = 1; left >= 0; left--) {
            node.change(() -> subscription.acknowledge(consumer[0], List.of(same.id())));
            assertEquals(left, subscription.info().inFlight());
        }
    }

    @Test
    void nothing_is_delivered_that_is_not_to_be_seen_yet() {
        define();
        Client client = new Client(5);
        Written event = new Written(new UUID(1, 1), "t", "", "d");
        Outcome _ = node.node().append("s", Expected.ANY, List.of(event));
        node.change(subscription()::pump);
        assertEquals(0, client.outlet.take().size());
        assertEquals(range(0, 1, 0), client.take());
    }

    @Test
    void a_consumer_that_does_not_take_more_is_passed_over() {
        define();
        Client stuck = new Client(5);
        Client other = new Client(5);
        stuck.outlet.writable(false);
        append("s", 4);
        assertEquals(List.of(), stuck.take());
        assertEquals(range(0, 4, 0), other.take());
        stuck.outlet.writable(true);
        append("s", 1);
        assertEquals(range(4, 5, 0), stuck.take());
    }

    @Test
    void a_stream_that_is_deleted_for_good_sends_its_consumers_away() {
        append("s", 2);
        define();
        Client client = new Client(1);
        assertEquals(range(0, 1, 0), client.take());
        Outcome _ = node.node().delete("s", true);
        client.acknowledge(1);
        assertTrue(client.outlet.isDropped());
        assertTrue(new Client(1).outlet.isDropped());
    }

    @Test
    void a_message_whose_event_is_hidden_meanwhile_is_sent_again_all_the_same() {
        append("s", 2);
        define();
        Client client = new Client(1);
        assertEquals(range(0, 1, 0), client.take());
        Outcome _ = node.node().delete("s", false);
        client.refuse(1, Nack.RETRY);
        assertEquals(range(0, 1, 1), client.take());
        client.acknowledge(1);
        append("s", 1);
        assertEquals(range(2, 3, 0), client.take());
    }

    @Test
    void links_are_followed_and_broken_ones_come_without_an_event() {
        append("target", 2);
        link("s", "1@target");
        link("s", "7@target");
        define();
        Client client = new Client(5);
        assertEquals(range(0, 2, 0), client.take());
        assertEquals("data 2", client.has.getFirst().data());
        assertEquals("1@target", client.has.getFirst().link());
        assertEquals("", client.has.getLast().data());
        client.refuse(2, Nack.PARK);
        assertEquals(
                List.of(
                        "1@target Client explicitly NAK'ed message.\nbecause",
                        "7@target Client explicitly NAK'ed message.\nbecause"),
                parked());
    }

    // ---- Derived streams

    private static final Group.Key CATEGORY = new Group.Key("$ce-order", "g");

    private Client ofCategory(int slots) {
        return new Client(node.subscriptions().find(CATEGORY).orElseThrow(), slots);
    }

    private Group category() {
        return node.node().state().groups().find(CATEGORY).orElseThrow();
    }

    private static List<String> links(List<FakeConsumer.Came> all) {
        return all.stream().map(each -> each.link() + " " + each.data()).toList();
    }

    @Test
    void a_derived_stream_has_a_group_as_any_other() throws Exception {
        define(CATEGORY, settings(2, ConsumerStrategy.ROUND_ROBIN));
        append("order-1", 2);
        append("order-2", 2);
        append("order-1", 2);
        Client client = ofCategory(6);
        assertEquals(range(0, 6, 0), client.take());
        assertEquals(
                List.of(
                        "0@order-1 data 1",
                        "1@order-1 data 2",
                        "0@order-2 data 3",
                        "1@order-2 data 4",
                        "2@order-1 data 5",
                        "3@order-1 data 6"),
                links(client.has));
        client.acknowledge(3);
        client.refuse(1, Nack.PARK);
        client.refuse(1, Nack.RETRY);
        assertEquals(List.of("4:1"), client.take());
        assertEquals(
                List.of("1@order-2 Client explicitly NAK'ed message.\nbecause"),
                parked(category()));
        tick(1_000);
        assertTrue(node.node().checkpoint());
        append("order-3", 1);
        node.powerCut(new Random(1));
        Client later = ofCategory(6);
        assertEquals(List.of("4:0", "5:0", "6:0"), later.take());
        node.change(
                () ->
                        node.subscriptions()
                                .find(CATEGORY)
                                .orElseThrow()
                                .replay(Long.MAX_VALUE, () -> {}));
        later.acknowledge(3);
        assertEquals(List.of("0:0"), later.take());
        assertEquals(List.of("1@order-2 data 4"), links(later.has));
        later.acknowledge(1);
        tick(1_000);
        node.restart();
        assertEquals(List.of(), ofCategory(6).take());
    }

    @Test
    void a_derived_streams_group_has_what_other_rooms_append_in_their_order() throws Exception {
        define(CATEGORY, settings(2, ConsumerStrategy.ROUND_ROBIN));
        append("order-1", 1);
        Client client = ofCategory(2);
        assertEquals(range(0, 1, 0), client.take());
        List<EventsNode.Wanted> all = new ArrayList<>();
        for (String stream : List.of("order-2", "other-1", "order-1", "order-3")) {
            Written event = new Written(new UUID(1, ++ids), "t", "", "data " + ids);
            all.add(new EventsNode.Wanted(stream, Expected.ANY, event));
        }
        node.node().appendElsewhere(all);
        append("order-1", 1);
        assertEquals(range(1, 2, 0), client.take());
        client.acknowledge(2);
        assertEquals(range(2, 4, 0), client.take());
        List<String> links = List.of("1@order-1 data 4", "0@order-3 data 5");
        assertEquals(links, links(client.has));
        client.acknowledge(1);
        tick(1_000);
        node.powerCut(new Random(4));
        Client later = ofCategory(5);
        assertEquals(range(3, 5, 0), later.take());
        assertEquals(List.of("0@order-3 data 5", "2@order-1 data 6"), links(later.has));
    }

    @Test
    void what_a_scavenge_takes_is_passed_over_and_all_else_keeps_its_place() throws Exception {
        define(CATEGORY, settings(9, ConsumerStrategy.ROUND_ROBIN));
        for (int i = 0; i < 100; i++) {
            append("order-" + i % 2, 1);
        }
        Client client = ofCategory(10);
        assertEquals(range(0, 10, 0), client.take());
        Outcome _ = node.node().delete("order-0", false);
        scavenge();
        client.refuse(10, Nack.RETRY);
        List<String> again = client.take();
        assertEquals(List.of("1:1", "3:1", "5:1", "7:1", "9:1"), again.subList(0, 5));
        List<String> all = new ArrayList<>();
        while (!client.has.isEmpty()) {
            client.acknowledge(client.has.size());
            all.addAll(client.take());
        }
        assertTrue(all.contains("99:0"), all.toString());
        tick(1_000);
        assertTrue(category().checkpoint() >= 99, "checkpoint: " + category().checkpoint());
        long checkpoint = category().checkpoint();
        scavenge();
        node.powerCut(new Random(2));
        append("order-1", 1);
        Client later = ofCategory(10);
        assertEquals(List.of(checkpoint + 1 + ":0"), later.take());
        assertEquals(List.of("50@order-1 data " + ids), links(later.has));
    }

    @Test
    void what_was_replayed_goes_with_a_scavenge_and_what_is_parked_stays() throws Exception {
        define(KEY, settings(0, ConsumerStrategy.ROUND_ROBIN));
        append("s", 60);
        Client client = new Client(30);
        for (int i = 0; i < 2; i++) {
            assertEquals(range(30 * i, 30 * i + 30, 0), client.take());
            client.refuse(30, Nack.PARK);
        }
        node.change(() -> subscription().replay(40, () -> {}));
        for (List<String> came = client.take(); !came.isEmpty(); came = client.take()) {
            client.acknowledge(came.size());
        }
        scavenge();
        assertEquals(20, subscription().info().parked());
        node.powerCut(new Random(3));
        Client later = new Client(30);
        assertEquals(List.of(), later.take());
        node.change(() -> subscription().replay(Long.MAX_VALUE, () -> {}));
        assertEquals(range(40, 60, 0), later.take());
        assertEquals("data 41", later.has.getFirst().data());
        later.refuse(1, Nack.PARK);
        later.acknowledge(19);
        assertEquals(1, subscription().info().parked());
        node.change(() -> subscription().replay(Long.MAX_VALUE, () -> {}));
        assertEquals(List.of("60:0"), later.take());
        assertEquals(List.of("40@s data 41"), links(later.has));
    }

    /** Takes away what is no more to be seen, and checkpoints so that its files go. */
    private void scavenge() throws Exception {
        assertTrue(node.node().checkpoint());
        assertTrue(node.node().scavenge());
        node.settle();
        assertTrue(node.node().checkpoint());
        node.settle();
    }

    // ---- Strategies

    @Test
    void round_robin_gives_to_one_after_another() {
        define();
        Client first = new Client(10);
        Client second = new Client(10);
        append("s", 4);
        assertEquals(List.of("0:0", "2:0"), first.take());
        assertEquals(List.of("1:0", "3:0"), second.take());
    }

    @Test
    void dispatch_to_single_gives_to_the_first_while_it_has_room() {
        define(KEY, settings(2, ConsumerStrategy.DISPATCH_TO_SINGLE));
        Client first = new Client(2);
        Client second = new Client(10);
        append("s", 3);
        assertEquals(range(0, 2, 0), first.take());
        assertEquals(range(2, 3, 0), second.take());
        first.acknowledge(2);
        append("s", 1);
        assertEquals(range(3, 4, 0), second.take());
    }

    @Test
    void pinned_messages_wait_for_their_consumer_and_hold_no_other_up() {
        Group.Key all = new Group.Key(Group.ALL, "g");
        define(
                all,
                settings(
                        0,
                        2,
                        ConsumerStrategy.PINNED,
                        new Filter.Expression(false, Pattern.compile("^order-"))));
        Subscription subscription = node.subscriptions().find(all).orElseThrow();
        List<FakeConsumer> outlets = List.of(new FakeConsumer(node), new FakeConsumer(node));
        List<Consumer> consumers = new ArrayList<>();
        for (FakeConsumer outlet : outlets) {
            node.change(() -> consumers.add(subscription.connect(outlet, 1, "c")));
        }
        append("order-1", 1);
        append("order-2", 1);
        append("order-1", 3);
        append("order-2", 1);
        for (int i = 0; i < 2; i++) {
            List<FakeConsumer.Came> came = outlets.get(i).take();
            assertEquals(1, came.size());
            Consumer consumer = consumers.get(i);
            String stream = came.getFirst().stream();
            node.change(() -> subscription.acknowledge(consumer, List.of(came.getFirst().id())));
            node.settle();
            assertEquals(stream, outlets.get(i).take().getFirst().stream());
        }
    }

    // ---- Parked messages

    /** Links of parked messages, and why. */
    private List<String> parked() {
        return parked(group());
    }

    private List<String> parked(Group group) {
        List<String> all = new ArrayList<>();
        int stream = node.node().find(group.parkedStream());
        try (StreamCursor cursor = node.node().state().log().read(stream, 0, true, () -> {})) {
            cursor.read(
                    0,
                    Long.MAX_VALUE - 1,
                    Long.MAX_VALUE,
                    event ->
                            all.add(
                                    text(Event.data(event), Event.dataBytes(event))
                                            + " "
                                            + reason(event)));
        }
        return all;
    }

    private static String text(long address, int bytes) {
        return new String(Memory.bytes(address, bytes), StandardCharsets.UTF_8);
    }

    private static String reason(long event) {
        String meta = text(Event.meta(event), Event.metaBytes(event));
        int from = meta.indexOf("\"reason\":\"") + 10;
        return meta.substring(from, meta.indexOf('"', from)).replace("\\n", "\n");
    }

    @Test
    void replayed_messages_stay_parked_until_they_are_done() throws Exception {
        define();
        append("s", 3);
        Client client = new Client(1);
        for (int i = 0; i < 3; i++) {
            assertEquals(range(i, i + 1, 0), client.take());
            client.refuse(1, Nack.PARK);
        }
        node.change(() -> subscription().replay(2, () -> {}));
        assertEquals(range(0, 1, 0), client.take());
        assertEquals("data 1", client.has.getFirst().data());
        client.acknowledge(1);
        assertEquals(range(1, 2, 0), client.take());
        assertEquals(1, subscription().info().parked());
        node.powerCut(new Random(1));
        // What was replayed goes on where it was; what was not, waits.
        Client later = new Client(1);
        assertEquals(1, subscription().info().parked());
        while (!later.take().isEmpty()) {
            later.acknowledge(1);
        }
        node.change(() -> subscription().replay(Long.MAX_VALUE, () -> {}));
        assertEquals(range(2, 3, 0), later.take());
        later.refuse(1, Nack.PARK);
        assertEquals(1, subscription().info().parked());
        assertEquals(List.of(), later.take());
    }

    @Test
    void what_cannot_be_parked_for_lack_of_space_waits_and_so_do_all_others() throws Exception {
        define();
        append("s", 3);
        Client client = new Client(1);
        assertEquals(range(0, 1, 0), client.take());
        node.full(true);
        client.refuse(1, Nack.PARK);
        assertEquals(List.of(), client.take());
        assertEquals(0, subscription().info().parked());
        node.full(false);
        tick(1);
        assertEquals(1, subscription().info().parked());
        assertEquals(range(1, 2, 0), client.take());
        node.full(true);
        client.refuse(1, Nack.PARK);
        node.full(false);
        node.restart();
        Client later = new Client(5);
        assertEquals(range(0, 3, 0), later.take(), "too little is done for a checkpoint");
    }

    @Test
    void a_parked_message_whose_event_is_no_more_is_not_replayed() {
        define();
        append("s", 1);
        link("s", "0@gone");
        Client client = new Client(5);
        assertEquals(range(0, 2, 0), client.take());
        client.refuse(2, Nack.PARK);
        Outcome _ = node.node().delete("s", false);
        node.change(() -> subscription().replay(Long.MAX_VALUE, () -> {}));
        assertEquals(List.of(), client.take());
        assertEquals(0, subscription().info().parked());
        assertEquals("Live", subscription().info().status());
    }

    @Test
    void nobody_has_more_in_his_hands_than_the_limit() {
        define();
        append("s", 20_000);
        Client client = new Client(Integer.MAX_VALUE);
        assertEquals(Subscription.SLOTS_MAX, client.take().size());
    }

    @Test
    void a_replay_without_parked_messages_is_nothing() {
        define();
        node.change(() -> subscription().replay(Long.MAX_VALUE, () -> {}));
        assertEquals("Live", subscription().info().status());
        assertEquals(-1, node.node().find(group().parkedStream()));
    }

    // ---- What is kept

    @Test
    void a_checkpoint_is_due_by_number_or_by_time() {
        define();
        append("s", 30);
        Client client = new Client(20);
        assertEquals(range(0, 20, 0), client.take());
        client.acknowledge(7);
        assertEquals(Group.NONE, group().checkpoint());
        client.acknowledge(1);
        assertEquals(7, group().checkpoint());
        client.acknowledge(2);
        tick(1_000);
        assertEquals(7, group().checkpoint(), "less than the least number");
        client.acknowledge(1);
        tick(1_000);
        assertEquals(10, group().checkpoint());
    }

    @Test
    void what_is_not_done_holds_the_checkpoint() throws Exception {
        define();
        append("s", 30);
        Client client = new Client(20);
        assertEquals(range(0, 20, 0), client.take());
        client.has.add(client.has.removeFirst());
        client.acknowledge(19);
        tick(1_000);
        assertEquals(Group.NONE, group().checkpoint());
        node.restart();
        assertEquals(range(0, 20, 0), new Client(20).take());
    }

    @Test
    void settings_checkpoints_and_replays_survive_checkpoints_of_the_node() throws Exception {
        Filter filter = new Filter.Prefixes(true, List.of(new byte[] {'t'}, new byte[] {'u'}));
        GroupSettings settings = settings(0, 7, ConsumerStrategy.PINNED_BY_CORRELATION, filter);
        Group.Key all = new Group.Key(Group.ALL, "größer");
        define(all, settings);
        define();
        append("s", 10);
        Client client = new Client(10);
        assertEquals(range(0, 10, 0), client.take());
        client.acknowledge(9);
        client.refuse(1, Nack.PARK);
        node.change(() -> subscription().replay(1, () -> {}));
        node.settle();
        List<Group> before = node.node().state().groups().all();
        assertTrue(node.node().checkpoint());
        node.restart();
        assertEquals(before.toString(), like(before));
        assertEquals(before.getLast(), group());
        assertEquals(1, group().replayUntil());
        assertEquals(8, group().checkpoint());
    }

    /** Arrays of bytes are not told by their contents. */
    private String like(List<Group> before) {
        Group was = before.getFirst();
        Group is = node.node().state().groups().find(was.key()).orElseThrow();
        assertEquals(
                was.settings().with(Filter.Everything.ALL),
                is.settings().with(Filter.Everything.ALL));
        Filter.Prefixes prefixes = (Filter.Prefixes) is.settings().filter();
        assertEquals(2, prefixes.prefixes().size());
        assertTrue(prefixes.byType());
        return before.toString();
    }

    @Test
    void from_the_end_is_from_the_creation_on_whatever_ends_in_between() throws Exception {
        append("s", 3);
        define(KEY, settings(-1, 2, ConsumerStrategy.ROUND_ROBIN, Filter.Everything.ALL));
        append("s", 2);
        node.restart();
        append("s", 1);
        assertEquals(range(3, 6, 0), new Client(10).take());
        assertEquals(-1, group().settings().startFrom());
    }

    @Test
    void other_settings_leave_the_checkpoint_where_it_is() {
        define();
        append("s", 10);
        Client client = new Client(10);
        assertEquals(range(0, 10, 0), client.take());
        client.acknowledge(8);
        define(KEY, settings(0, 77, ConsumerStrategy.DISPATCH_TO_SINGLE, Filter.Everything.ALL));
        assertTrue(client.outlet.isDropped());
        assertEquals(77, group().settings().maxRetryCount());
        assertEquals(range(8, 10, 0), new Client(10).take());
    }

    @Test
    void a_deleted_group_takes_what_it_has_parked_along_and_may_be_created_again()
            throws Exception {
        define();
        append("s", 2);
        Client client = new Client(10);
        assertEquals(range(0, 2, 0), client.take());
        client.refuse(1, Nack.PARK);
        node.change(() -> node.subscriptions().delete(subscription(), () -> {}));
        assertTrue(client.outlet.isDropped());
        assertTrue(node.subscriptions().find(KEY).isEmpty());
        node.restart();
        assertTrue(node.subscriptions().isEmpty());
        define();
        assertEquals(0, subscription().info().parked());
        Client again = new Client(10);
        assertEquals(range(0, 2, 0), again.take());
        again.refuse(2, Nack.PARK);
        assertEquals(2, subscription().info().parked());
        node.change(() -> subscription().replay(Long.MAX_VALUE, () -> {}));
        assertEquals(range(1, 3, 0), again.take());
    }

    @Test
    void what_subscriptions_to_all_have_parked_is_not_delivered_to_them() {
        Group.Key all = new Group.Key(Group.ALL, "g");
        define(all, settings(2, ConsumerStrategy.ROUND_ROBIN));
        append("s", 1);
        Subscription subscription = node.subscriptions().find(all).orElseThrow();
        FakeConsumer outlet = new FakeConsumer(node);
        Consumer[] consumer = new Consumer[1];
        node.change(() -> consumer[0] = subscription.connect(outlet, 5, "c"));
        node.settle();
        UUID id = outlet.take().getFirst().id();
        node.change(() -> subscription.refuse(consumer[0], List.of(id), Nack.PARK, ""));
        node.settle();
        assertEquals(List.of(), outlet.take());
        assertEquals(1, subscription.info().parked());
    }

    // ---- How it is doing

    @Test
    void it_tells_how_it_is_doing() {
        define();
        append("s", 5);
        Client client = new Client(3);
        assertEquals(range(0, 3, 0), client.take());
        node.node().clock().advance(1_000);
        client.acknowledge(1);
        assertEquals(range(3, 4, 0), client.take());
        SubscriptionInfo info = subscription().info();
        assertEquals("Live", info.status());
        assertEquals(4, info.total());
        assertEquals(4, info.averagePerSecond());
        assertEquals(3, info.inFlight());
        assertEquals(4, info.lastKnown());
        assertEquals(Group.NONE, info.lastCheckpoint());
        SubscriptionInfo.Connection connection = info.connections().getFirst();
        assertEquals(0, connection.availableSlots());
        assertEquals(3, connection.inFlight());
        assertEquals(
                new SubscriptionInfo.Measurement("Mean", 1_000),
                connection.measurements().getFirst());
        assertEquals(0, subscription().info().sinceMeasured());
        append("s", 100);
        assertEquals("Behind", subscription().info().status());
        assertFalse(subscription().isFull());
        Client _ = new Client(1);
        assertTrue(subscription().isFull());
    }
}
