package dev.millrace.sim;

import dev.millrace.events.checkpoint.EventsMachine;
import dev.millrace.events.log.Event;
import dev.millrace.events.log.EventLog;
import dev.millrace.events.log.Pace;
import dev.millrace.events.log.StreamCursor;
import dev.millrace.events.server.EventsLoop;
import dev.millrace.events.transaction.EventStreams;
import dev.millrace.kernel.journal.FakeDisk;
import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.log.Log;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.room.FailStop;
import dev.millrace.kernel.shard.Shard;
import dev.millrace.kernel.transaction.Participants;
import dev.millrace.kv.checkpoint.KvMachine;
import dev.millrace.kv.command.CommandTable;
import dev.millrace.kv.server.Commands;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.store.Stripes;
import dev.millrace.queue.amqp.broker.Broker;
import dev.millrace.queue.amqp.broker.ExchangePublishing;
import dev.millrace.queue.checkpoint.QueueMachine;
import dev.millrace.queue.nsq.identify.Limits;
import dev.millrace.queue.nsq.topic.Letter;
import dev.millrace.queue.nsq.topic.Topic;
import dev.millrace.queue.nsq.topic.TopicPublishing;
import dev.millrace.queue.nsq.topic.Topics;
import dev.millrace.queue.server.QueueLoop;
import dev.millrace.queue.transaction.QueueMessages;

import io.netty.channel.DefaultEventLoop;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * A node of real kernel and real kv, queue and events on one journal, on fake disks: one life of a
 * process. kv's lane runs when it is told to; the other rooms have loops of their own, which this
 * waits for where it looks at what they have.
 */
final class RoomsSimNode implements EventLog.Listener, AutoCloseable {
    private static final SegmentJournal.Options OPTIONS =
            new SegmentJournal.Options(SegmentJournal.SEGMENT_BYTES_MIN, 2);

    /** One for all: each that is declared takes a number, and tables have room for every number. */
    private static final CommandTable COMMANDS = new CommandTable(Commands.all());

    private static final FailStop FAIL_STOP = FailStop.Stopped::new;
    private static final int MEMORY_BYTES = 1 << 24;
    private static final int LETTERS_MAX = 10_000;

    private final EventsMachine events;
    private final Shard shard;
    private final SimLoop loop = new SimLoop();
    private final SimClient client;
    private final QueueLoop queueLoop;
    private final EventsLoop eventsLoop;
    private final Topics topics;
    private final NativeBuffer name = new NativeBuffer(64);

    private final EndlessTurn queueThread = new EndlessTurn();
    private final EndlessTurn eventsThread = new EndlessTurn();

    /** A loop whose turn never ends: nobody syncs the journal but the simulation. */
    private static final class EndlessTurn extends DefaultEventLoop {
        @Override
        protected void afterRunningAllTasks() {
            // Not even when it shuts down.
        }
    }

    /**
     * @param strict whether the queue and the events wait for the disk; kv does not
     */
    RoomsSimNode(
            FakeDisk journal,
            FakeDisk snapshots,
            SimChunkDisk chunks,
            FakeDisk files,
            SimClock clock,
            RandomGenerator salts,
            boolean strict)
            throws IOException {
        KvMachine kv = new KvMachine(new Stripes(4));
        QueueMachine queue = new QueueMachine(chunks, MEMORY_BYTES);
        events = new EventsMachine(files, MEMORY_BYTES, EventLog.SEGMENT_BYTES, true);
        shard = Shard.open(journal, snapshots, OPTIONS, List.of(kv, queue, events), clock, salts);
        queueLoop =
                new QueueLoop(
                        queueThread,
                        new dev.millrace.queue.store.Store(
                                queue.lock(), queue.state(), shard.journal(), clock, FAIL_STOP),
                        strict,
                        Log.silent(),
                        FAIL_STOP);
        eventsLoop =
                new EventsLoop(
                        eventsThread,
                        new dev.millrace.events.store.Store(
                                events.lock(), events.state(), shard.journal(), clock, FAIL_STOP),
                        strict,
                        Log.silent(),
                        FAIL_STOP);
        queue.serve(Runnable::run, Runnable::run, shard.journal()::end, queueLoop);
        events.serve(
                new EventLog.Workers(Runnable::run, Runnable::run, Runnable::run, Pace.FREE), this);
        topics = new Topics(queueLoop, Limits.DEFAULT);
        Broker broker = new Broker(queueLoop);
        onQueue(topics::restore);
        onQueue(broker::restore);
        Participants participants = new Participants();
        participants.offer(
                new QueueMessages(
                        queueLoop,
                        new TopicPublishing(topics),
                        new ExchangePublishing(broker, MEMORY_BYTES)));
        participants.offer(new EventStreams(eventsLoop));
        KvServer server = new KvServer(kv.stripes(), shard.journal(), false, COMMANDS, clock);
        server.participants(participants);
        Lane lane = new Lane(server, loop);
        kv.serve(server);
        client = new SimClient(lane, shard.journal());
        prepareSpace();
    }

    Journal journal() {
        return shard.journal();
    }

    SimClient client() {
        return client;
    }

    void prepareSpace() {
        shard.segments().prepareSpace();
        loop.turn(1000);
    }

    private void onQueue(Runnable task) {
        queueLoop.executor().submit(() -> queueLoop.change(task)).syncUninterruptibly();
    }

    /** Bodies of what a topic has, in order. */
    List<String> messages(String topic) {
        List<String> bodies = new ArrayList<>();
        onQueue(
                () -> {
                    Topic there = topics.existing(topic);
                    if (there != null) {
                        there.receivers().getFirst().peek(LETTERS_MAX).stream()
                                .map(Letter::body)
                                .forEach(bodies::add);
                    }
                });
        return bodies;
    }

    /** Data of what a stream has, in order. */
    List<String> events(String stream) {
        List<String> data = new ArrayList<>();
        eventsLoop
                .executor()
                .submit(() -> eventsLoop.change(() -> read(stream, data)))
                .syncUninterruptibly();
        return data;
    }

    private void read(String stream, List<String> data) {
        byte[] utf8 = stream.getBytes(StandardCharsets.UTF_8);
        name.clear();
        name.put(utf8);
        int number = events.state().streams().find(name.address(), utf8.length);
        if (number < 0) {
            return;
        }
        StreamCursor cursor = events.state().log().read(number, 0, true, () -> {});
        cursor.read(
                0,
                events.state().streams().last(number),
                Long.MAX_VALUE,
                event -> {
                    byte[] bytes = Memory.bytes(Event.data(event), Event.dataBytes(event));
                    data.add(new String(bytes, StandardCharsets.UTF_8));
                    return true;
                });
        cursor.close();
    }

    /** Its threads end; what is on the disks stays as it is. */
    @Override
    public void close() throws IOException {
        queueThread.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        eventsThread.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        events.close();
    }

    @Override
    public void broken(Throwable failure) {
        throw new AssertionError(failure);
    }

    @Override
    public void uncompacted(IOException failure) {
        throw new IllegalStateException(failure);
    }

    @Override
    public void unwritable(IOException failure) {
        throw new AssertionError(failure);
    }
}
