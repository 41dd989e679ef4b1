package dev.millrace.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;
import dev.millrace.kernel.journal.FakeDisk;
import dev.millrace.registry.catalog.Check;
import dev.millrace.registry.catalog.Definition;
import dev.millrace.registry.catalog.Host;
import dev.millrace.registry.catalog.Instance;
import dev.millrace.registry.catalog.Node;
import dev.millrace.registry.catalog.Status;
import dev.millrace.registry.catalog.Weights;
import dev.millrace.registry.effect.Change;
import dev.millrace.registry.effect.DropInstance;
import dev.millrace.registry.effect.DropKey;
import dev.millrace.registry.effect.DropNode;
import dev.millrace.registry.effect.DropSession;
import dev.millrace.registry.effect.PutCheck;
import dev.millrace.registry.effect.PutInstance;
import dev.millrace.registry.effect.PutKey;
import dev.millrace.registry.effect.PutNode;
import dev.millrace.registry.effect.PutSession;
import dev.millrace.registry.effect.SetStatus;
import dev.millrace.registry.keys.Entry;
import dev.millrace.registry.keys.Value;
import dev.millrace.registry.session.Session;
import dev.millrace.registry.state.State;

import org.junit.jupiter.api.Test;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * The registry, cut from power by seed: what was to be seen is there afterwards, what is there is
 * what it was, indices never go back, and no lock is held by a session that has ended.
 */
class RegistrySimulationTest {
    private static final int SEEDS = Integer.getInteger("millrace.sim.seeds", 30);
    private static final int LIVES = 5;
    private static final int STEPS = 120;
    private static final String ALIVE = "alive";

    @Test
    void what_was_seen_of_the_registry_is_there_after_a_power_cut() {
        int[] lost = {0};
        Seeds.each(
                SEEDS,
                random -> {
                    Run run = new Run(random);
                    run.lives();
                    lost[0] += run.lost;
                });
        assertTrue(lost[0] > SEEDS, lost[0] + " changes lost that nobody had seen");
    }

    /** One life of a data directory, through several of a process. */
    private static final class Run {
        private final SplittableRandom random;
        private final FakeDisk journal = new FakeDisk();
        private final FakeDisk snapshots = new FakeDisk();
        private final SimClock clock = new SimClock();

        /** What the registry was at each index, as far as it may have been kept. */
        private final Map<Long, State> was = new HashMap<>(Map.of(0L, State.EMPTY));

        private long seen;
        private int sessions;
        private int lost;

        Run(SplittableRandom random) {
            this.random = random;
        }

        void lives() throws Exception {
            for (int life = 0; life < LIVES; life++) {
                long made;
                try (RegistrySimNode node = start()) {
                    made = live(node);
                }
                journal.powerCut(new Random(random.nextLong()));
                snapshots.powerCut(new Random(random.nextLong()));
                try (RegistrySimNode node = start()) {
                    State kept = node.visible();
                    look(kept);
                    assertEquals(was.get(kept.index()), kept);
                    lost += (int) (made - kept.index());
                    was.keySet().removeIf(index -> index > kept.index());
                }
            }
        }

        private RegistrySimNode start() throws Exception {
            return new RegistrySimNode(
                    journal, snapshots, clock, new SplittableRandom(random.nextLong()));
        }

        /** The index that it came to. */
        private long live(RegistrySimNode node) throws Exception {
            long made = node.visible().index();
            for (int step = random.nextInt(STEPS); step > 0; step--) {
                clock.pass(random.nextInt(500));
                switch (random.nextInt(20)) {
                    case 0 -> node.checkpoint();
                    case 1, 2 -> {
                        node.sync();
                        assertEquals(made, node.visible().index());
                    }
                    default -> {
                        SplittableRandom choice = random.split();
                        State after = node.make(state -> change(state, choice));
                        assertHeld(after);
                        was.put(after.index(), after);
                        made = after.index();
                    }
                }
                look(node.visible());
            }
            return made;
        }

        private void look(State visible) {
            assertTrue(visible.index() >= seen, () -> visible.index() + " after " + seen);
            seen = visible.index();
        }

        private List<Change> change(State state, SplittableRandom choice) {
            String name = "n" + choice.nextInt(3);
            Optional<Host> host = state.catalog().host(name);
            if (host.isEmpty()) {
                return List.of(
                        new PutNode(new Node("", name, "10.0.0.1", Map.of(), Map.of(), 0, 0)),
                        new PutCheck(alive(name)));
            }
            List<Session> there = state.sessions().onNode(name);
            return switch (choice.nextInt(12)) {
                case 0 -> List.of(new DropNode(name));
                case 1 -> List.of(new SetStatus(name, ALIVE, status(choice), "said"));
                case 2 -> List.of(new DropInstance(name, "i" + choice.nextInt(3)));
                case 3, 4 ->
                        List.of(
                                new PutInstance(instance(name, choice)),
                                new PutInstance(instance(name, choice)));
                case 5 -> List.of(new DropKey("k" + choice.nextInt(4)));
                case 6, 7 -> begin(host.get());
                case 8 ->
                        there.isEmpty()
                                ? List.of()
                                : List.of(
                                        new DropSession(there.getFirst().id(), clock.millis() + 9));
                default -> there.isEmpty() ? List.of() : lock(state, there.getLast().id(), choice);
            };
        }

        private static Status status(SplittableRandom choice) {
            return choice.nextBoolean() ? Status.CRITICAL : Status.PASSING;
        }

        private static Check alive(String node) {
            return new Check(
                    node,
                    ALIVE,
                    ALIVE,
                    Status.PASSING,
                    "",
                    "",
                    "",
                    "",
                    List.of(),
                    "",
                    Definition.NONE,
                    false,
                    0,
                    0);
        }

        private static Instance instance(String node, SplittableRandom choice) {
            return new Instance(
                    node,
                    "i" + choice.nextInt(3),
                    "s" + choice.nextInt(3),
                    "",
                    List.of("v" + choice.nextInt(3)),
                    "",
                    choice.nextInt(65_536),
                    "",
                    Map.of(),
                    Map.of("run", "" + choice.nextInt(3)),
                    Weights.STANDARD,
                    false,
                    "",
                    true,
                    0,
                    0);
        }

        /** A session that ends when its node is not alive. */
        private List<Change> begin(Host host) {
            if (isDead(host)) {
                return List.of();
            }
            String id = "session" + sessions++;
            return List.of(
                    new PutSession(
                            new Session(
                                    id,
                                    "",
                                    host.node().name(),
                                    1_000_000,
                                    sessions % 2 == 0,
                                    "",
                                    List.of(ALIVE),
                                    List.of(),
                                    0,
                                    0)));
        }

        private static boolean isDead(Host host) {
            return host.check(ALIVE).orElseThrow().status() == Status.CRITICAL;
        }

        private static List<Change> lock(State state, String session, SplittableRandom choice) {
            String key = "k" + choice.nextInt(4);
            Optional<Entry> before = state.keys().entry(key);
            if (before.isPresent() && !before.get().session().isEmpty()) {
                return List.of();
            }
            long times = before.map(Entry::lockIndex).orElse(0L) + 1;
            return List.of(new PutKey(new Entry(key, Value.EMPTY, 0, session, times, 0, 0)));
        }

        private static void assertHeld(State state) {
            for (Entry entry : state.keys().entries().values()) {
                if (!entry.session().isEmpty()) {
                    Session holder = state.sessions().session(entry.session()).orElseThrow();
                    assertTrue(!isDead(state.catalog().host(holder.node()).orElseThrow()));
                }
            }
        }
    }
}
