package dev.millrace.kv.replication;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.rdb.LibraryDump;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.OnlineSaves;
import dev.millrace.kv.session.Outlet;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Gives replicas a whole copy: the dump that BGSAVE writes, out of a checkpoint, and from its cut
 * on the stream. Those who ask while a dump is written for others wait for the next, as in Redis.
 */
final class FullSync {
    private static final int CHUNK_BYTES = 64 * 1024;

    /** So much is left for the socket to take before more is read. */
    private static final int AHEAD_BYTES = 4 << 20;

    private static final int AGAIN_MILLIS = 5;
    private static final int TICKS_PER_SECOND = 10;
    private static final byte[] STILL_HERE = {'\n'};

    private final KvServer server;
    private final Feed feed;
    private final AtomicBoolean running = new AtomicBoolean();
    private int ticks;

    private FullSync(KvServer server) {
        this.server = server;
        this.feed = Feed.of(server);
        server.eachTick(this::tick);
    }

    static FullSync of(KvServer server) {
        return server.part(FullSync.class, FullSync::new);
    }

    /** Has a replica wait for a dump; no stripe is locked. */
    void begin(Replica replica) {
        feed.copy(replica);
        if (replica.wantsLibrariesOnly()) {
            Lane lane = replica.session().lane();
            lane.loop().execute(() -> sendLibraries(lane, replica));
        } else {
            start();
        }
    }

    private void start() {
        if (running.compareAndSet(false, true)) {
            OnlineSaves saves = server.saves();
            if (!saves.begin(this::saved)) {
                saves.schedule(this::saved);
            }
        }
    }

    /** From any thread. */
    private void saved(boolean well) {
        running.set(false);
        OnlineSaves.State state = server.saves().state();
        long offset = well ? feed.offsetAt(state.lastPosition()) : -1;
        boolean again = false;
        for (Replica replica : feed.replicas()) {
            if (replica.state() == Replica.State.COLLECTING) {
                if (offset < feed.collectedFrom(replica)) {
                    replica.state(Replica.State.WAITING);
                    again = true;
                } else {
                    replica.state(Replica.State.SENDING);
                    send(replica, state.lastFile(), offset);
                }
            } else {
                again |= replica.state() == Replica.State.WAITING;
            }
        }
        if (again) {
            server.lanes().getFirst().later(well ? 0 : 1000, this::start);
        }
    }

    /** Nobody has to write a file for these: they are in memory, and few. */
    private void sendLibraries(Lane lane, Replica replica) {
        NativeBuffer dump = new NativeBuffer(1024);
        boolean done =
                lane.withStripes(
                        server.stripes().mask(),
                        () -> {
                            LibraryDump.writeFile(dump, server.stripes().state().libraries());
                            feed.collect(replica);
                        });
        if (done && !replica.session().isGone()) {
            long offset = feed.collectedFrom(replica);
            replica.session().post(head(replica, offset, dump.length()), 0);
            replica.session().outlet().write(dump.address(), dump.length(), 0);
            sent(replica, offset);
        } else if (!done) {
            lane.later(AGAIN_MILLIS, () -> sendLibraries(lane, replica)); // A script is busy.
        }
        dump.free();
    }

    private byte[] head(Replica replica, long offset, long bytes) {
        String answer =
                replica.knowsPlaces() ? "+FULLRESYNC " + feed.id() + " " + offset + "\r\n" : "";
        return (answer + "$" + bytes + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    /** Its dump has gone; on its lane. */
    private void sent(Replica replica, long offset) {
        if (replica.wantsDumpOnly()) {
            replica.state(Replica.State.ENDING);
            replica.session().outlet().closeAfterWrites();
        } else {
            feed.online(replica, offset);
        }
    }

    private void send(Replica replica, Path file, long offset) {
        Lane lane = replica.session().lane();
        Sending sending;
        try {
            sending = new Sending(replica, file, offset);
        } catch (IOException gone) {
            replica.session().kill();
            return;
        }
        lane.loop().execute(sending::begin);
    }

    /** Who waits for a dump is told that we are there, lest it goes away. */
    private void tick() {
        if (++ticks % TICKS_PER_SECOND != 0) {
            return;
        }
        boolean waits = false;
        for (Replica replica : feed.replicas()) {
            if (replica.state() == Replica.State.WAITING
                    || replica.state() == Replica.State.COLLECTING) {
                replica.session().post(STILL_HERE, 0);
                waits |= replica.state() == Replica.State.WAITING;
            }
        }
        if (waits) {
            start();
        }
    }

    /** A dump on its way; on the replica's lane. */
    private final class Sending {
        private final Replica replica;
        private final Outlet outlet;
        private final long offset;
        private final Arena arena = Arena.ofShared();
        private final MemorySegment dump;
        private long at;

        Sending(Replica replica, Path file, long offset) throws IOException {
            this.replica = replica;
            this.outlet = replica.session().outlet();
            this.offset = offset;
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                this.dump = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            } catch (IOException | RuntimeException failed) {
                arena.close();
                throw failed;
            }
        }

        void begin() {
            replica.session().post(head(replica, offset, dump.byteSize()), 0);
            goOn();
        }

        private void goOn() {
            if (replica.session().isGone()) {
                arena.close();
                return;
            }
            while (at < dump.byteSize() && outlet.pendingBytes() < AHEAD_BYTES) {
                long count = Math.min(CHUNK_BYTES, dump.byteSize() - at);
                outlet.write(dump.address() + at, count, 0);
                at += count;
            }
            outlet.flush();
            if (at < dump.byteSize()) {
                replica.session().lane().later(AGAIN_MILLIS, this::goOn);
            } else {
                arena.close();
                sent(replica, offset);
            }
        }
    }
}
