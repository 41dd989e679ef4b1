package dev.millrace.queue.amqp.exchange;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Words between dots; in a binding key {@code *} stands for one word and {@code #} for any number.
 *
 * <p>Binding keys are paths in a trie of words. A message walks it with the set of nodes that it
 * may be at, word by word, as a non-deterministic automaton does: each node once a word, however
 * many {@code #} lie on the way to it. So a key of w words costs at most w times the number of
 * nodes, where trying every way that several {@code #} can share the words grows exponentially.
 *
 * <pre>
 *   a.*.c   a.#      root ─a→ · ─*→ · ─c→ [a.*.c]
 *                              └─#→ [a.#]  (stays for any word)
 * </pre>
 */
final class TopicMatcher implements Matcher {
    private static final String ONE = "*";
    private static final String MANY = "#";

    private final Node root = new Node();

    private static final class Node {
        final Map<String, Node> children = new HashMap<>();
        final Set<Binding> bindings = new LinkedHashSet<>();

        /** True if it stands behind {@code #}. */
        boolean stays;

        Node child(String word) {
            Node child = children.computeIfAbsent(word, key -> new Node());
            child.stays = word.equals(MANY);
            return child;
        }

        boolean isEmpty() {
            return children.isEmpty() && bindings.isEmpty();
        }
    }

    @Override
    public void add(Binding binding) {
        Node node = root;
        for (String word : words(binding.routingKey())) {
            node = node.child(word);
        }
        node.bindings.add(binding);
    }

    @Override
    public void remove(Binding binding) {
        List<String> words = words(binding.routingKey());
        List<Node> path = new ArrayList<>(List.of(root));
        for (String word : words) {
            @Nullable Node next = path.getLast().children.get(word);
            if (next == null) {
                return;
            }
            path.add(next);
        }
        path.getLast().bindings.remove(binding);
        for (int i = words.size(); i > 0 && path.get(i).isEmpty(); i--) {
            path.get(i - 1).children.remove(words.get(i - 1));
        }
    }

    @Override
    public void match(String routingKey, Headers headers, Consumer<Destination> taker) {
        Set<Node> here = new LinkedHashSet<>();
        enter(root, here);
        for (String word : words(routingKey)) {
            Set<Node> next = new LinkedHashSet<>();
            for (Node node : here) {
                step(node, word, next);
            }
            here = next;
        }
        for (Node node : here) {
            for (Binding binding : node.bindings) {
                taker.accept(binding.destination());
            }
        }
    }

    private static void step(Node node, String word, Set<Node> next) {
        if (node.stays) {
            enter(node, next);
        }
        enter(node.children.get(ONE), next);
        // The words * and # of a message are words like any other.
        if (!word.equals(ONE) && !word.equals(MANY)) {
            enter(node.children.get(word), next);
        }
    }

    /** Who is at a node is at its {@code #} as well, for that may stand for nothing. */
    private static void enter(@Nullable Node node, Set<Node> nodes) {
        @Nullable Node entered = node;
        while (entered != null && nodes.add(entered)) {
            entered = entered.children.get(MANY);
        }
    }

    /** An empty key has no word; {@code a.} has two. */
    static List<String> words(String key) {
        List<String> words = new ArrayList<>();
        int start = 0;
        for (int dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', start)) {
            words.add(key.substring(start, dot));
            start = dot + 1;
        }
        if (!key.isEmpty()) {
            words.add(key.substring(start));
        }
        return words;
    }
}
