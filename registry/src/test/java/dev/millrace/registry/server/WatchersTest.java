package dev.millrace.registry.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.registry.state.Topic;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class WatchersTest {
    private final Watchers watchers = new Watchers();
    private final List<String> woken = new ArrayList<>();

    private Runnable waiter(String name) {
        return () -> woken.add(name);
    }

    private static Topic service(String name) {
        return Topic.of(Topic.Kind.SERVICE, name);
    }

    private static Topic key(String name) {
        return Topic.of(Topic.Kind.KEY, name);
    }

    private static Topic tree(String prefix) {
        return Topic.of(Topic.Kind.TREE, prefix);
    }

    @Test
    void who_waits_for_another_topic_sleeps_on() {
        watchers.add(service("web"), waiter("web"));
        watchers.add(service("db"), waiter("db"));
        watchers.touched(List.of(service("web"), Topic.of(Topic.Kind.SERVICES)));
        assertEquals(List.of("web"), woken);
    }

    @Test
    void who_waits_for_several_topics_is_woken_once() {
        Runnable waiter = waiter("both");
        watchers.add(service("web"), waiter);
        watchers.add(service("db"), waiter);
        watchers.touched(List.of(service("web"), service("db")));
        assertEquals(List.of("both"), woken);
    }

    @Test
    void a_key_is_heard_under_all_its_prefixes() {
        watchers.add(tree(""), waiter("all"));
        watchers.add(tree("a/"), waiter("a/"));
        watchers.add(tree("a/b"), waiter("a/b"));
        watchers.add(tree("a/b/c"), waiter("a/b/c"));
        watchers.add(tree("b"), waiter("b"));
        watchers.add(key("a/b"), waiter("itself"));
        watchers.touched(List.of(key("a/b")));
        assertEquals(List.of("itself", "all", "a/", "a/b"), woken);
    }

    @Test
    void who_was_removed_is_not_woken_and_leaves_nothing_behind() {
        Runnable one = waiter("one");
        Runnable other = waiter("other");
        watchers.add(tree("a"), one);
        watchers.add(tree("a"), other);
        watchers.remove(tree("a"), one);
        watchers.touched(List.of(key("ab")));
        assertEquals(List.of("other"), woken);
        watchers.remove(tree("a"), other);
        watchers.remove(tree("a"), other);
        watchers.touched(List.of(key("ab")));
        assertEquals(List.of("other"), woken);
        assertEquals(0, watchers.size());
    }

    @Test
    void a_waiter_may_remove_itself_while_it_is_woken() {
        List<Runnable> self = new ArrayList<>();
        self.add(
                () -> {
                    woken.add("once");
                    watchers.remove(service("web"), self.getFirst());
                });
        watchers.add(service("web"), self.getFirst());
        watchers.touched(List.of(service("web")));
        watchers.touched(List.of(service("web")));
        assertEquals(List.of("once"), woken);
    }
}
