package dev.millrace.sim;

import dev.millrace.kernel.journal.FakeDisk;
import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.shard.Shard;
import dev.millrace.kv.checkpoint.KvMachine;
import dev.millrace.kv.collection.HashValue;
import dev.millrace.kv.collection.ListValue;
import dev.millrace.kv.collection.Parts;
import dev.millrace.kv.collection.Pending;
import dev.millrace.kv.collection.SetValue;
import dev.millrace.kv.collection.SortedSetValue;
import dev.millrace.kv.collection.StreamConsumer;
import dev.millrace.kv.collection.StreamCursor;
import dev.millrace.kv.collection.StreamGroup;
import dev.millrace.kv.collection.StreamId;
import dev.millrace.kv.collection.StreamValue;
import dev.millrace.kv.command.CommandTable;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.expiry.ActiveExpiry;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.script.Engine;
import dev.millrace.kv.server.Commands;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.store.Dictionary;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Stripes;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/** A node of real kernel and real kv, on fake disks and fake loops: one life of a process. */
final class SimNode {
    private static final SegmentJournal.Options OPTIONS =
            new SegmentJournal.Options(SegmentJournal.SEGMENT_BYTES_MIN, 2);

    /** One for all: each that is declared takes a number, and tables have room for every number. */
    private static final CommandTable COMMANDS = new CommandTable(Commands.all());

    private final Stripes stripes;
    private final KvServer server;
    private final Shard shard;
    private final SimClock clock;
    private final List<SimLoop> loops = new ArrayList<>();
    private final List<Lane> lanes = new ArrayList<>();
    private final List<SimClient> clients = new ArrayList<>();
    private final List<ActiveExpiry> expiries = new ArrayList<>();
    private @Nullable Runnable checkpointWriter;
    private final NativeBuffer keyCopy = new NativeBuffer(64);
    private final Element element = new Element();
    private final Element otherElement = new Element();
    private int checkpoints;

    SimNode(
            FakeDisk journal,
            FakeDisk snapshots,
            SimClock clock,
            RandomGenerator salts,
            boolean strict,
            int laneCount)
            throws IOException {
        this.clock = clock;
        stripes = new Stripes(laneCount == 1 ? 1 : 4);
        KvMachine machine = new KvMachine(stripes);
        shard = Shard.open(journal, snapshots, OPTIONS, List.of(machine), clock, salts);
        server = new KvServer(stripes, shard.journal(), strict, COMMANDS, clock);
        for (int i = 0; i < laneCount; i++) {
            SimLoop loop = new SimLoop();
            loops.add(loop);
            Lane lane = new Lane(server, loop);
            lanes.add(lane);
            clients.add(new SimClient(lane, shard.journal()));
            expiries.add(new ActiveExpiry(lane, i, laneCount));
        }
        machine.serve(server);
        shard.journal()
                .listen(
                        new Journal.Listener() {
                            @Override
                            public void durabilityChanged() {
                                // Clients look when they are asked to deliver.
                            }

                            @Override
                            public void spaceGained() {
                                for (int i = 0; i < lanes.size(); i++) {
                                    loops.get(i).execute(lanes.get(i)::unpark);
                                }
                            }
                        });
    }

    Journal journal() {
        return shard.journal();
    }

    int clients() {
        return clients.size();
    }

    SimClient client(int index) {
        return clients.get(index);
    }

    void prepareSpace() {
        shard.segments().prepareSpace();
    }

    void turn(int tasks) {
        loops.forEach(loop -> loop.turn(tasks));
    }

    void expire() {
        lanes.forEach(Lane::tick);
        expiries.forEach(ActiveExpiry::cycle);
    }

    void sweep() {
        for (int i = 0; i < stripes.count(); i++) {
            stripes.stripe(i).sweep(3, Parts::freeSomeOf);
        }
    }

    void beginCheckpoint() {
        if (!shard.isCheckpointing()) {
            shard.checkpoint(
                    writer -> checkpointWriter = writer,
                    complete -> checkpoints += complete ? 1 : 0);
        }
    }

    /** Lets the walks end and writes the file, whatever comes of it. */
    void finishCheckpoint() {
        Runnable writer = checkpointWriter;
        if (writer != null) {
            while (loops.stream().anyMatch(loop -> loop.turn(1000))) {
                // Every walk gives all it has: the states of a simulation are small.
            }
            checkpointWriter = null;
            writer.run();
        }
    }

    /** Writes the file while walks are under way; the disk is to fail at once. */
    void giveUpCheckpoint() {
        Runnable writer = checkpointWriter;
        if (writer != null) {
            checkpointWriter = null;
            writer.run();
        }
    }

    int checkpoints() {
        return checkpoints;
    }

    /** The process has ended: what it had outside of Java's memory goes. */
    void end() {
        Engine.of(server).close();
    }

    /** Keys and values as they stand, expired ones left out: what a client could see. */
    Map<String, String> state() {
        Map<String, String> state = new TreeMap<>();
        for (int s = 0; s < stripes.count(); s++) {
            Stripe stripe = stripes.stripe(s);
            Dictionary items = stripe.database(0).items();
            long cursor = 0;
            do {
                cursor = items.scan(cursor, item -> put(state, stripe, item));
            } while (cursor != 0);
            checkExpires(stripe);
        }
        stripes.state()
                .libraries()
                .forEach(
                        library ->
                                state.put(
                                        Model.LIBRARY + library.name(),
                                        new String(library.code(), StandardCharsets.ISO_8859_1)));
        return state;
    }

    private void put(Map<String, String> state, Stripe stripe, long item) {
        long expiresAt = Item.expiresAt(item);
        if (expiresAt == 0 || expiresAt > clock.millis()) {
            Key key = new Key(stripe);
            key.of(stripe, stripe.database(0), item, keyCopy);
            state.put(
                    text(Item.key(item), Item.keyLength(item)),
                    value(key) + (expiresAt == 0 ? "" : " until " + expiresAt));
        }
    }

    /** As the model writes it. */
    private String value(Key key) {
        return switch (Item.type(key.item())) {
            case Item.TYPE_LIST -> {
                List<String> elements = new ArrayList<>();
                ListValue.each(key, 0, false, element, found -> elements.add(text(found)));
                yield "list" + elements;
            }
            case Item.TYPE_HASH -> {
                TreeMap<String, String> fields = new TreeMap<>();
                HashValue.each(
                        key,
                        element,
                        otherElement,
                        (field, value) -> fields.put(text(field), text(value)));
                yield "hash" + fields;
            }
            case Item.TYPE_SET -> {
                TreeSet<String> members = new TreeSet<>();
                SetValue.each(key, element, member -> members.add(text(member)));
                yield "set" + members;
            }
            case Item.TYPE_STREAM -> stream(key);
            case Item.TYPE_SORTED_SET -> {
                TreeMap<String, Long> scores = new TreeMap<>();
                SortedSetValue.each(
                        key,
                        0,
                        Long.MAX_VALUE,
                        false,
                        element,
                        (member, score) -> scores.put(text(member), (long) score) == null);
                yield "zset" + scores;
            }
            default -> text(key.value(), key.valueLength());
        };
    }

    private String stream(Key key) {
        TreeMap<Long, String> entries = new TreeMap<>();
        StreamCursor cursor = StreamCursor.upwards(key, StreamId.MIN, StreamId.MAX);
        while (cursor.next()) {
            cursor.field(element, otherElement);
            entries.put(cursor.ms(), text(otherElement));
        }
        TreeMap<String, Value.Group> groups = new TreeMap<>();
        for (int i = 0; i < StreamValue.groups(key); i++) {
            long group = StreamValue.group(key, i);
            TreeMap<Long, String> pending = new TreeMap<>();
            Pending all = Pending.of(group);
            for (boolean is = all.from(StreamId.MIN); is; is = all.next()) {
                long consumer = all.consumer();
                pending.put(
                        all.id().ms(),
                        text(StreamConsumer.name(consumer), StreamConsumer.nameLength(consumer)));
            }
            long[] last = {StreamGroup.last(group).ms()};
            groups.put(
                    text(StreamGroup.name(group), StreamGroup.nameLength(group)),
                    new Value.Group(last, pending));
        }
        long[] last = {StreamValue.last(key).ms()};
        return new Value.Stream(entries, last, groups).toString();
    }

    private static String text(Element element) {
        return text(element.address(), element.length());
    }

    private static void checkExpires(Stripe stripe) {
        long[] expiring = {0};
        long cursor = 0;
        do {
            cursor =
                    stripe.database(0)
                            .items()
                            .scan(cursor, item -> expiring[0] += Item.expiresAt(item) != 0 ? 1 : 0);
        } while (cursor != 0);
        if (expiring[0] != stripe.database(0).expires().size()) {
            throw new AssertionError(
                    expiring[0] + " expire, listed " + stripe.database(0).expires().size());
        }
    }

    private static String text(long address, int length) {
        return new String(Memory.bytes(address, length), StandardCharsets.ISO_8859_1);
    }
}
