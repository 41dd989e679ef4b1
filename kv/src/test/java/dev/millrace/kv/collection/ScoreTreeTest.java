package dev.millrace.kv.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Root;
import dev.millrace.kv.store.Stripe;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Against a sorted list. */
class ScoreTreeTest {
    private record Scored(double score, String name) {}

    private static final Comparator<Scored> ORDER =
            Comparator.comparingDouble(Scored::score).thenComparing(Scored::name);

    private final Stripe stripe = new Stripe();
    private final long before = stripe.slabs().usedBytes();
    private final NativeBuffer name = new NativeBuffer(64);
    private long root = newRoot();
    private final List<Scored> model = new ArrayList<>();
    private final Map<String, Long> members = new HashMap<>();

    private long newRoot() {
        long made = Members.make(stripe, Item.TYPE_SORTED_SET, ScoreTree.ROOT_BYTES);
        ScoreTree.init(made);
        return made;
    }

    @AfterEach
    void all_memory_is_given_back() {
        clear();
        stripe.slabs().free(root);
        assertEquals(before, stripe.slabs().usedBytes());
    }

    private void clear() {
        while (!ScoreTree.freeSome(stripe, root)) {
            // Some nodes at a time.
        }
        members.values().forEach(member -> Root.free(stripe, root, member));
        members.clear();
        model.clear();
    }

    private void insert(double score, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        long member = Root.allocate(stripe, root, Member.headBytes(bytes.length) + bytes.length);
        name.clear();
        name.put(bytes);
        Memory.copy(name.address(), Member.writeHead(member, bytes.length, 0), bytes.length);
        members.put(text, member);
        ScoreTree.insert(stripe, root, score, member);
        Scored scored = new Scored(score, text);
        int at = java.util.Collections.binarySearch(model, scored, ORDER);
        model.add(-1 - at, scored);
    }

    private void remove(int index) {
        Scored scored = model.remove(index);
        long member = members.getOrDefault(scored.name, 0L);
        members.remove(scored.name);
        ScoreTree.remove(stripe, root, scored.score, member);
        Root.free(stripe, root, member);
    }

    private static String text(long member) {
        return new String(
                Memory.bytes(Member.name(member), Member.length(member)),
                StandardCharsets.ISO_8859_1);
    }

    private List<Scored> range(long rank, long most, boolean down) {
        List<Scored> found = new ArrayList<>();
        ScoreTree.each(
                root,
                rank,
                most,
                down,
                (score, member) -> {
                    found.add(new Scored(score, text(member)));
                    return true;
                });
        return found;
    }

    private void check(SplittableRandom random) {
        assertEquals(model, range(0, Long.MAX_VALUE, false));
        if (model.isEmpty()) {
            return;
        }
        assertEquals(model.reversed(), range(model.size() - 1, Long.MAX_VALUE, true));
        for (int i = 0; i < 20; i++) {
            int rank = random.nextInt(model.size());
            Scored scored = model.get(rank);
            long member = members.getOrDefault(scored.name, 0L);
            assertEquals(rank, ScoreTree.rank(root, scored.score, member));
            int most = random.nextInt(1, 200);
            int end = Math.min(model.size(), rank + most);
            assertEquals(model.subList(rank, end), range(rank, most, false));
            double bound = scored.score;
            assertEquals(
                    model.stream().filter(s -> s.score < bound).count(),
                    ScoreTree.countBelow(root, (score, m) -> score < bound));
        }
    }

    private static double score(SplittableRandom random, int kind) {
        return switch (kind) {
            case 0 -> 0; // All are equal: names alone decide.
            case 1 -> random.nextInt(10);
            default -> random.nextInt(20) == 0 ? Double.NEGATIVE_INFINITY : random.nextDouble();
        };
    }

    @Test
    void it_is_a_sorted_list() {
        Seeds.each(
                60,
                random -> {
                    clear();
                    int kind = random.nextInt(3);
                    int size = random.nextInt(1, 5000);
                    for (int i = 0; i < size; i++) {
                        insert(score(random, kind), "member:" + random.nextLong());
                    }
                    check(random);
                    int removed = random.nextInt(size + 1);
                    boolean front = random.nextInt(4) == 0;
                    for (int i = 0; i < removed; i++) {
                        remove(front ? 0 : random.nextInt(model.size()));
                    }
                    check(random);
                    for (int i = 0; i < 500; i++) {
                        insert(score(random, kind), "again:" + random.nextLong());
                        if (random.nextBoolean()) {
                            remove(random.nextInt(model.size()));
                        }
                    }
                    check(random);
                });
    }

    @Test
    void what_comes_in_order_fills_its_nodes() {
        for (int i = 0; i < 62 * 1000; i++) {
            insert(i, "m" + i);
        }
        long nodes = Root.bytes(root) - members.size() * 8L - 64;
        assertTrue(nodes < 62 * 1000 * 18L, "bytes of nodes: " + nodes);
        check(new SplittableRandom(1));
    }

    @Test
    void what_was_nearly_emptied_takes_little() {
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < 50_000; i++) {
            insert(random.nextDouble(), "m" + i);
        }
        while (model.size() > 500) {
            remove(random.nextInt(model.size()));
        }
        check(random);
        assertTrue(Root.bytes(root) < 100_000, "bytes: " + Root.bytes(root));
    }
}
