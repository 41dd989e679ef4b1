package dev.millrace.registry.check;

import static dev.millrace.registry.catalog.Status.CRITICAL;
import static dev.millrace.registry.catalog.Status.PASSING;
import static dev.millrace.registry.catalog.Status.WARNING;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.registry.catalog.Status;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;

class CheckRunnerTest {
    private static final CheckKey KEY = new CheckKey("node", "check");
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration TEN = Duration.ofSeconds(10);

    private final FakeSchedule schedule = new FakeSchedule(-123_456_789_000L);
    private final Peers peers = new Peers();
    private final FollowedByHand followed = new FollowedByHand();
    private final List<String> told = new ArrayList<>();
    private CheckRunner runner = runner(Duration.ZERO);

    private CheckRunner runner(Duration outputInterval) {
        return new CheckRunner(
                schedule,
                peers,
                followed,
                (key, status, output) -> told.add(key.id() + " " + status.text() + ": " + output),
                new SplittableRandom(7),
                outputInterval);
    }

    /** After each test nothing may be left that is still planned. */
    @AfterEach
    void a_closed_runner_plans_nothing() {
        runner.close();
        assertEquals(0, schedule.planned());
        assertEquals(0, followed.following.size());
    }

    @Test
    void a_check_asks_once_in_each_interval_and_tells_what_changes() {
        put(tcp("a"));
        schedule.advance(TEN);
        assertEquals(1, peers.asked("a"));
        peers.say("a", Answer.passing("fine"));
        schedule.advance(TEN);
        assertEquals(2, peers.asked("a"));
        peers.say("a", Answer.passing("fine"));
        schedule.advance(TEN);
        peers.say("a", Answer.critical("gone"));
        assertEquals(List.of("check passing: fine", "check critical: gone"), told);
    }

    @Test
    void ten_thousand_checks_are_asked_evenly() {
        for (int i = 0; i < 10_000; i++) {
            runner.put(new CheckKey("node", "c" + i), tcp("peer" + i), critical());
        }
        List<Integer> tenths = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            int before = peers.total;
            schedule.advance(Duration.ofMillis(100));
            tenths.add(peers.total - before);
        }
        assertEquals(10_000, peers.total);
        assertTrue(
                tenths.stream().allMatch(count -> count >= 97 && count <= 103), tenths::toString);
    }

    @Test
    void checks_that_come_one_by_one_are_spread_as_well() {
        for (int i = 0; i < 1_000; i++) {
            runner.put(new CheckKey("node", "c" + i), tcp("quick" + i), critical());
            schedule.advance(Duration.ofNanos(9_876_543_210L));
        }
        schedule.advance(TEN);
        List<Integer> seconds = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            int before = peers.total;
            schedule.advance(SECOND);
            seconds.add(peers.total - before);
        }
        assertTrue(
                seconds.stream().allMatch(count -> count >= 95 && count <= 105), seconds::toString);
    }

    @Test
    void a_peer_that_says_nothing_is_asked_to_end_at_the_timeout() {
        put(definition(new CheckKind.Tcp("a", Optional.empty()), TEN, SECOND, Thresholds.NONE));
        schedule.advance(TEN.plus(SECOND));
        assertEquals(List.of("check critical: timeout"), told);
    }

    @Test
    void questions_begin_an_interval_apart_however_long_an_answer_takes() {
        put(tcp("a"));
        Duration quarter = TEN.dividedBy(4);
        for (int i = 0; i < 40; i++) {
            schedule.advance(quarter);
            if (i % 4 == 3) {
                peers.say("a", Answer.passing("after up to an interval"));
            }
        }
        assertEquals(10, peers.asked("a"));
    }

    @Test
    void nobody_is_asked_twice_at_once() {
        put(
                definition(
                        new CheckKind.Tcp("a", Optional.empty()),
                        SECOND,
                        Duration.ofMinutes(1),
                        Thresholds.NONE));
        schedule.advance(Duration.ofSeconds(30));
        assertEquals(1, peers.asked("a"));
        peers.say("a", Answer.passing("slow"));
        schedule.advance(Duration.ZERO);
        assertEquals(2, peers.asked("a"));
    }

    @Test
    void thresholds_hold_a_status_back() {
        put(
                definition(
                        new CheckKind.Tcp("a", Optional.empty()),
                        TEN,
                        TEN,
                        new Thresholds(2, 2, 3)));
        say("a", Answer.passing("0"));
        say("a", Answer.critical("1"));
        say("a", Answer.critical("2"));
        say("a", Answer.critical("3"));
        say("a", Answer.passing("4"));
        say("a", Answer.passing("5"));
        assertEquals(
                List.of(
                        "check passing: 0",
                        "check warning: 2",
                        "check critical: 3",
                        "check passing: 5"),
                told);
    }

    @Test
    void an_output_alone_is_told_rarely_and_then_the_latest() {
        runner = runner(Duration.ofMinutes(5));
        put(tcp("a"));
        say("a", Answer.passing("0"));
        for (int i = 1; i <= 45; i++) {
            say("a", Answer.passing("" + i));
        }
        assertEquals(Optional.of(new Standing(PASSING, "45")), runner.standing(KEY));
        assertEquals("check passing: 0", told.getFirst());
        assertTrue(told.size() >= 2 && told.size() <= 4, told::toString);
        int before = told.size();
        say("a", Answer.critical("at once"));
        assertEquals("check critical: at once", told.getLast());
        assertEquals(before + 1, told.size());
    }

    @Test
    void the_first_word_is_told_at_once_though_the_status_is_the_same() {
        runner = runner(Duration.ofMinutes(5));
        put(tcp("a"));
        say("a", Answer.critical("why"));
        assertEquals(List.of("check critical: why"), told);
    }

    @Test
    void a_status_that_came_back_before_it_was_told_is_not_told() {
        runner = runner(Duration.ofMinutes(5));
        put(tcp("a"));
        say("a", Answer.passing("same"));
        say("a", Answer.passing("other"));
        say("a", Answer.passing("same"));
        schedule.advance(Duration.ofMinutes(10));
        assertEquals(List.of("check passing: same"), told.subList(0, 1));
        assertFalse(told.contains("check passing: other"), told::toString);
    }

    @Test
    void a_removed_check_tells_nothing_any_more() {
        put(tcp("a"));
        schedule.advance(TEN);
        runner.remove(KEY);
        peers.say("a", Answer.passing("too late"));
        schedule.advance(TEN);
        assertEquals(List.of(), told);
        assertEquals(1, peers.asked("a"));
        assertEquals(Optional.empty(), runner.standing(KEY));
    }

    @Test
    void a_check_that_is_registered_again_unchanged_goes_on() {
        put(tcp("a"));
        say("a", Answer.passing("fine"));
        runner.put(KEY, tcp("a"), new Standing(PASSING, ""));
        schedule.advance(TEN);
        assertEquals(2, peers.asked("a"));
        assertEquals(Optional.of(new Standing(PASSING, "fine")), runner.standing(KEY));
        runner.put(KEY, tcp("b"), new Standing(PASSING, "fine"));
        schedule.advance(TEN);
        assertEquals(2, peers.asked("a"));
        assertEquals(1, peers.asked("b"));
    }

    @Test
    void a_ttl_is_critical_when_nobody_reported_for_so_long() {
        put(ttl());
        assertTrue(runner.report(KEY, PASSING, "alive"));
        schedule.advance(Duration.ofSeconds(9));
        assertTrue(runner.report(KEY, WARNING, "so so"));
        schedule.advance(Duration.ofMillis(9_999));
        assertEquals(List.of("check passing: alive", "check warning: so so"), told);
        schedule.advance(Duration.ofMillis(1));
        assertEquals(
                "check critical: TTL expired (last output before timeout follows): so so",
                told.getLast());
        schedule.advance(Duration.ofDays(1));
        assertEquals(3, told.size());
    }

    @Test
    void an_expired_ttl_comes_back_and_expires_again() {
        put(ttl());
        schedule.advance(TEN);
        runner.report(KEY, PASSING, "back");
        schedule.advance(TEN);
        assertEquals(
                List.of(
                        "check critical: TTL expired",
                        "check passing: back",
                        "check critical: TTL expired (last output before timeout follows): back"),
                told);
    }

    @Test
    void a_ttl_has_a_whole_one_after_a_restart() {
        runner.put(KEY, ttl(), new Standing(PASSING, "before"));
        schedule.advance(Duration.ofMillis(9_999));
        assertEquals(List.of(), told);
        schedule.advance(Duration.ofMillis(1));
        assertEquals(List.of("check critical: TTL expired"), told);
    }

    @Test
    void a_ttl_begins_anew_when_it_is_registered_again() {
        put(ttl());
        runner.report(KEY, PASSING, "alive");
        schedule.advance(Duration.ofSeconds(9));
        runner.put(KEY, ttl(), new Standing(PASSING, "alive"));
        schedule.advance(Duration.ofSeconds(9));
        assertEquals(List.of("check passing: alive"), told);
    }

    @Test
    void a_long_report_is_cut_and_says_so() {
        runner.put(
                KEY,
                new CheckDefinition(
                        new CheckKind.Ttl(TEN.toNanos()),
                        Duration.ZERO,
                        Duration.ZERO,
                        Thresholds.NONE,
                        Duration.ZERO,
                        5,
                        CRITICAL),
                critical());
        runner.report(KEY, PASSING, "abcdefgh");
        runner.report(KEY, PASSING, "abcdé");
        assertEquals(
                List.of(
                        "check passing: abcde ... (captured 5 of 8 bytes)",
                        "check passing: abcd ... (captured 5 of 6 bytes)"),
                told);
    }

    @Test
    void only_ttl_checks_are_reported() {
        put(tcp("a"));
        assertFalse(runner.report(KEY, PASSING, "?"));
        assertFalse(runner.report(new CheckKey("node", "none"), PASSING, "?"));
    }

    @Test
    void an_alias_stands_as_the_worst_that_it_follows() {
        put(alias("", "web"));
        followed.tell("node/web", true, check("x", PASSING), check("y", PASSING));
        followed.tell("node/web", true, check("x", WARNING), check("y", PASSING));
        followed.tell("node/web", true, check("x", WARNING), check("y", CRITICAL));
        followed.tell("node/web", true);
        followed.tell("node/web", false);
        assertEquals(
                List.of(
                        "check critical: Service web could not be found on node node",
                        "check passing: All checks passing.",
                        "check warning: Aliased check \"name of x\" failing: output of x",
                        "check critical: Aliased check \"name of y\" failing: output of y",
                        "check passing: No checks found.",
                        "check critical: Service web could not be found on node node"),
                told);
    }

    @Test
    void an_alias_does_not_follow_itself() {
        put(alias("", "web"));
        followed.tell("node/web", true, check("check", CRITICAL), check("x", PASSING));
        assertEquals("check passing: All checks passing.", told.getLast());
    }

    @Test
    void an_alias_follows_another_node_and_stops_when_it_is_removed() {
        put(alias("other", ""));
        assertTrue(followed.following.containsKey("other/"));
        runner.remove(KEY);
        assertEquals(Map.of(), followed.following);
    }

    @Test
    void a_check_of_the_catalog_stays_as_it_is() {
        put(new CheckRequest().ofCatalog());
        schedule.advance(Duration.ofDays(1));
        assertEquals(List.of(), told);
        assertEquals(1, runner.size());
    }

    private void put(CheckDefinition definition) {
        runner.put(KEY, definition, critical());
    }

    /** Waits until a peer is asked, and answers for it. */
    private void say(String peer, Answer answer) {
        schedule.advance(TEN);
        peers.say(peer, answer);
    }

    private static Standing critical() {
        return new Standing(CRITICAL, "");
    }

    private static CheckDefinition tcp(String address) {
        return definition(new CheckKind.Tcp(address, Optional.empty()), TEN, TEN, Thresholds.NONE);
    }

    private static CheckDefinition ttl() {
        return definition(
                new CheckKind.Ttl(TEN.toNanos()), Duration.ZERO, Duration.ZERO, Thresholds.NONE);
    }

    private static CheckDefinition alias(String node, String service) {
        return definition(
                new CheckKind.Alias(node, service), Duration.ZERO, Duration.ZERO, Thresholds.NONE);
    }

    private static CheckDefinition definition(
            CheckKind kind, Duration interval, Duration timeout, Thresholds thresholds) {
        return new CheckDefinition(
                kind, interval, timeout, thresholds, Duration.ZERO, 4_096, CRITICAL);
    }

    private static Aliases.Followed check(String id, Status status) {
        return new Aliases.Followed(
                new CheckKey("node", id), "name of " + id, status, "output of " + id);
    }

    /** Peers that answer when the test says so; those called quick, at once. */
    private static final class Peers implements Probes {
        private final Map<String, Consumer<Answer>> waiting = new HashMap<>();
        private final Map<String, Integer> asked = new HashMap<>();
        private int total;

        @Override
        public Probe probe(CheckKind kind, int outputBytesMax) {
            String peer = ((CheckKind.Tcp) kind).address();
            return answer -> {
                asked.merge(peer, 1, Integer::sum);
                total++;
                if (peer.startsWith("quick")) {
                    answer.accept(Answer.passing("quick"));
                } else {
                    waiting.put(peer, answer);
                }
                return new Question(peer);
            };
        }

        int asked(String peer) {
            return asked.getOrDefault(peer, 0);
        }

        void say(String peer, Answer answer) {
            Consumer<Answer> asking = waiting.remove(peer);
            if (asking != null) {
                asking.accept(answer);
            }
        }

        private final class Question implements Probe.Asking {
            private final String peer;

            Question(String peer) {
                this.peer = peer;
            }

            @Override
            public void timeOut() {
                say(peer, Answer.critical("timeout"));
            }

            @Override
            public void cancel() {
                waiting.remove(peer);
            }
        }
    }

    /** Checks of others, whose changes the test tells. */
    private static final class FollowedByHand implements Aliases {
        private final Map<String, Consumer<View>> following = new HashMap<>();

        @Override
        public Following follow(CheckKind.Alias target, Consumer<View> changed) {
            String name = target.node() + "/" + target.service();
            following.put(name, changed);
            changed.accept(new View(false, List.of()));
            return () -> following.remove(name);
        }

        void tell(String target, boolean found, Followed... checks) {
            Consumer<View> changed = following.get(target);
            if (changed != null) {
                changed.accept(new View(found, List.of(checks)));
            }
        }
    }
}
