package dev.millrace.events.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.events.append.Appender;
import dev.millrace.events.append.StreamName;
import dev.millrace.events.checkpoint.EventsMachine;
import dev.millrace.events.log.Event;
import dev.millrace.events.store.Store;
import dev.millrace.kernel.journal.FakeDisk;
import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.log.Log;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.room.FailStop;
import dev.millrace.kernel.shard.Shard;

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
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What is answered and shown, and when. */
@Timeout(60)
class EventsLoopTest {
    private final FakeDisk disk = new FakeDisk();
    private final EventsMachine machine = new EventsMachine(new FakeDisk(), 0, 4_096, true);
    private final MultiThreadIoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final AtomicInteger answered = new AtomicInteger();
    private final NativeBuffer memory = new NativeBuffer(64);
    private Shard shard = open();

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

    private EventsLoop loop(boolean waitsForDisk) {
        Store store =
                new Store(
                        machine.lock(),
                        machine.state(),
                        shard.journal(),
                        Clock.systemUTC(),
                        (what, cause) -> new FailStop.Stopped(what, cause));
        EventsLoop made =
                new EventsLoop(
                        (SingleThreadEventLoop) group.next(),
                        store,
                        waitsForDisk,
                        Log.silent(),
                        (what, cause) -> new FailStop.Stopped(what, cause));
        shard.journal().listen(made);
        return made;
    }

    @BeforeEach
    void makeSpace() {
        shard.segments().prepareSpace();
    }

    @AfterEach
    void end() throws IOException {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        machine.close();
        memory.free();
    }

    private void append(EventsLoop loop) {
        StreamName name = StreamName.in(memory, "s");
        long at = memory.address();
        Event.Draft draft = new Event.Draft(1, 2, 3, 0, at, 1, at, 0, at, 1);
        Appender appender = new Appender(loop.store());
        loop.change(
                () -> {
                    assertEquals(
                            Journal.Admission.ADMITTED,
                            loop.admit(Appender.cost(name, List.of(draft)), () -> {}));
                    appender.append(name, List.of(draft));
                    loop.whenDurable(answered::incrementAndGet);
                });
    }

    /** Runs on the loop, and waits until it and what it has caused has run. */
    private static <T> T onLoop(EventsLoop loop, Callable<T> task) {
        T result = loop.executor().submit(task).syncUninterruptibly().getNow();
        for (int turn = 0; turn < 3; turn++) {
            endTurn(loop.executor());
        }
        return result;
    }

    /** Waits until a turn is over, with the sync at its end; tasks alone may all be of one turn. */
    private static void endTurn(SingleThreadEventLoop loop) {
        Promise<Void> over = loop.newPromise();
        loop.execute(() -> loop.executeAfterEventLoopIteration(() -> over.setSuccess(null)));
        over.syncUninterruptibly();
    }

    private int appendAndCount(EventsLoop loop) {
        onLoop(
                loop,
                () -> {
                    append(loop);
                    return 0;
                });
        return answered.get();
    }

    /** A sync may wait a moment for others, on a machine that has much to do. */
    private void appendAndWait(EventsLoop loop) {
        int before = answered.get();
        int after = appendAndCount(loop);
        while (after == before) {
            after = onLoop(loop, answered::get);
        }
    }

    @Test
    void an_append_is_answered_and_shown_when_it_is_durable() {
        EventsLoop loop = loop(true);
        appendAndWait(loop);
        assertEquals(1, answered.get());
        assertEquals(1, onLoop(loop, loop::visible));
        assertEquals(shard.journal().end(), shard.journal().durable());
    }

    @Test
    void what_the_disk_refuses_is_never_answered_and_never_shown() {
        EventsLoop loop = loop(true);
        disk.failForces();
        assertEquals(0, appendAndCount(loop));
        assertEquals(0, onLoop(loop, loop::visible));
        assertEquals(Journal.State.FAILED, shard.journal().state());
        assertEquals(1, machine.state().log().end());
    }

    @Test
    void a_room_that_does_not_wait_for_the_disk_shows_at_once() {
        EventsLoop loop = loop(false);
        disk.failForces();
        assertEquals(1, appendAndCount(loop));
        assertEquals(1, onLoop(loop, loop::visible));
    }

    @Test
    void who_waits_for_more_is_told_once() {
        EventsLoop loop = loop(true);
        AtomicInteger told = new AtomicInteger();
        loop.whenMore(told::incrementAndGet);
        appendAndWait(loop);
        appendAndWait(loop);
        assertEquals(1, told.get());
    }
}
