package dev.millrace.registry.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.discovery.Instance;
import dev.millrace.kernel.discovery.Services;
import dev.millrace.kernel.journal.FakeDisk;
import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.log.Log;
import dev.millrace.kernel.room.FailStop;
import dev.millrace.kernel.shard.Shard;
import dev.millrace.registry.agent.Discovery;
import dev.millrace.registry.catalog.Check;
import dev.millrace.registry.catalog.Definition;
import dev.millrace.registry.catalog.Node;
import dev.millrace.registry.catalog.Status;
import dev.millrace.registry.catalog.Weights;
import dev.millrace.registry.checkpoint.RegistryMachine;
import dev.millrace.registry.effect.Change;
import dev.millrace.registry.effect.PutCheck;
import dev.millrace.registry.effect.PutInstance;
import dev.millrace.registry.effect.PutNode;
import dev.millrace.registry.effect.SetStatus;
import dev.millrace.registry.state.Topic;
import dev.millrace.registry.store.Store;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.Promise;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** What is to be seen of changes, and when; what other rooms are told. */
@Timeout(60)
class RegistryLoopTest {
    private final FakeDisk disk = new FakeDisk();
    private final RegistryMachine machine = new RegistryMachine();
    private final MultiThreadIoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Shard shard = open();

    private Shard open() {
        try {
            return Shard.open(
                    disk,
                    new FakeDisk(),
                    new SegmentJournal.Options(2 << 20, 3),
                    List.of(machine),
                    Clock.systemUTC(),
                    new Random(1));
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    private RegistryLoop loop(boolean waitsForDisk) {
        Store store =
                new Store(
                        machine,
                        shard.journal(),
                        Clock.systemUTC(),
                        (what, cause) -> new FailStop.Stopped(what, cause));
        RegistryLoop made =
                new RegistryLoop(
                        (SingleThreadEventLoop) group.next(), store, waitsForDisk, Log.silent());
        shard.journal().listen(made);
        return made;
    }

    @BeforeEach
    void makeSpace() {
        shard.segments().prepareSpace();
    }

    @AfterEach
    void end() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** Runs on the loop, and waits until it and what it has caused has run. */
    private static <T> T onLoop(RegistryLoop loop, Callable<T> task) {
        T result = loop.executor().submit(task).syncUninterruptibly().getNow();
        for (int turn = 0; turn < 3; turn++) {
            Promise<Void> over = loop.executor().newPromise();
            loop.executor()
                    .execute(
                            () ->
                                    loop.executor()
                                            .executeAfterEventLoopIteration(
                                                    () -> over.setSuccess(null)));
            over.syncUninterruptibly();
        }
        return result;
    }

    private static void make(RegistryLoop loop, Change... changes) {
        onLoop(
                loop,
                () -> {
                    loop.makeOrRetry(state -> List.of(changes));
                    return 0;
                });
    }

    private static void makeAndWait(RegistryLoop loop, Change... changes) {
        long before = loop.visible().index();
        make(loop, changes);
        while (onLoop(loop, () -> loop.visible().index()) == before) {
            Thread.onSpinWait();
        }
    }

    private static PutNode node() {
        return new PutNode(new Node("", "n", "10.0.0.1", Map.of(), Map.of(), 0, 0));
    }

    private static dev.millrace.registry.catalog.Instance instance(int port) {
        return new dev.millrace.registry.catalog.Instance(
                "n",
                "web",
                "web",
                "",
                List.of("v1"),
                "",
                port,
                "",
                Map.of(),
                Map.of(),
                Weights.STANDARD,
                false,
                "",
                true,
                0,
                0);
    }

    @Test
    void a_change_is_seen_when_it_is_durable() {
        RegistryLoop loop = loop(true);
        makeAndWait(loop, node());
        assertTrue(loop.visible().catalog().host("n").isPresent());
        assertEquals(shard.journal().end(), shard.journal().durable());
    }

    @Test
    void what_the_disk_refuses_is_never_seen_and_wakes_nobody() {
        RegistryLoop loop = loop(true);
        List<String> woken = new ArrayList<>();
        onLoop(
                loop,
                () -> {
                    loop.watchers().add(Topic.of(Topic.Kind.NODES), () -> woken.add("woken"));
                    return 0;
                });
        disk.failForces();
        make(loop, node());
        assertTrue(loop.visible().catalog().host("n").isEmpty());
        assertEquals(Journal.State.FAILED, shard.journal().state());
        assertEquals(List.of(), woken);
    }

    @Test
    void a_registry_that_does_not_wait_for_the_disk_shows_at_once() {
        RegistryLoop loop = loop(false);
        disk.failForces();
        make(loop, node());
        assertTrue(loop.visible().catalog().host("n").isPresent());
    }

    @Test
    void observers_are_told_of_each_change_with_the_state_that_is_seen() {
        RegistryLoop loop = loop(true);
        List<Change> told = new ArrayList<>();
        onLoop(
                loop,
                () -> {
                    loop.observe(
                            (change, after) -> {
                                assertEquals(after, loop.visible());
                                told.add(change);
                            });
                    return 0;
                });
        makeAndWait(loop, node(), new PutInstance(instance(80)));
        assertEquals(List.of(node(), new PutInstance(instance(80))), told);
    }

    @Test
    void what_a_change_has_made_that_failed_half_way_is_told_with_the_next() {
        RegistryLoop loop = loop(true);
        List<Change> told = new ArrayList<>();
        onLoop(
                loop,
                () -> {
                    loop.observe((change, after) -> told.add(change));
                    assertThrows(
                            IllegalStateException.class,
                            () ->
                                    loop.change(
                                            () -> {
                                                loop.admit(loop.bytes(List.of(node())), () -> {});
                                                loop.make(List.of(node()));
                                                throw new IllegalStateException("half way");
                                            }));
                    return 0;
                });
        makeAndWait(loop, new PutInstance(instance(80)));
        assertEquals(List.of(node(), new PutInstance(instance(80))), told);
    }

    @Test
    void other_rooms_find_what_is_healthy_and_are_told_when_that_changes() throws Exception {
        RegistryLoop loop = loop(true);
        Services services = new Discovery(loop);
        List<List<Integer>> told = new ArrayList<>();
        Services.Watch watch =
                services.watch(
                        "WEB", found -> told.add(found.stream().map(Instance::port).toList()));
        makeAndWait(loop, node(), new PutInstance(instance(80)));
        Instance found = services.healthy("web").getFirst();
        assertEquals("10.0.0.1", found.host());
        assertEquals(80, found.port());
        Check check =
                new Check(
                                "n",
                                "c",
                                "c",
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
                                0)
                        .of(instance(80));
        makeAndWait(loop, new PutCheck(check));
        makeAndWait(loop, new SetStatus("n", "c", Status.CRITICAL, "down"));
        assertTrue(services.healthy("web").isEmpty());
        makeAndWait(loop, new SetStatus("n", "c", Status.WARNING, "slow"));
        assertEquals(List.of(List.of(), List.of(80), List.of(), List.of(80)), told);
        watch.close();
        watch.close();
        makeAndWait(loop, new SetStatus("n", "c", Status.CRITICAL, "down"));
        assertEquals(4, told.size());
        assertFalse(services.healthy("nobody").iterator().hasNext());
    }
}
