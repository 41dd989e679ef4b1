package dev.millrace.kv.operator;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.rdb.BadDump;
import dev.millrace.kv.replication.DumpRequests;
import dev.millrace.kv.resp.Reply;
import dev.millrace.kv.resp.RequestWriter;
import dev.millrace.kv.session.JournalReplay;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.OnlineSaves;
import dev.millrace.kv.session.Pause;
import dev.millrace.kv.session.Session;
import dev.millrace.kv.session.TrustedRequests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * What DEBUG does with the whole store: RELOAD, LOADAOF, POPULATE.
 *
 * <p>RELOAD writes a dump as SAVE does, empties the store and executes what the dump holds. LOADAOF
 * does the same with a dump of what a replay of the journal gives, so both show whether what was
 * written is what was there. All other clients wait meanwhile, as in a CLIENT PAUSE, so nobody sees
 * half a store; a pause that a client has asked for ends with it. Emptying and reading are changes
 * as any: they are logged and go to who follows. If the process ends in between, what is read is in
 * the dump file and not yet in the journal: this is for tests.
 */
final class Reloading {
    private static final String FROM = "debug";
    private static final long PAUSE_MILLIS_MAX = TimeUnit.HOURS.toMillis(1);
    private static final int PIECE_BYTES = 64 * 1024;

    /** Done on a thread of its own, while the client waits. */
    @FunctionalInterface
    private interface Work {
        void run() throws IOException, InterruptedException, ExecutionException;
    }

    private Reloading() {}

    // ---- RELOAD and LOADAOF

    /** {@code DEBUG RELOAD [MERGE] [NOFLUSH] [NOSAVE]}. */
    static void reload(Call call) {
        boolean flush = true;
        boolean save = true;
        boolean merge = false;
        for (int i = 2; i < call.count(); i++) {
            if (call.is(i, "NOFLUSH")) {
                flush = false;
            } else if (call.is(i, "NOSAVE")) {
                save = false;
            } else if (call.is(i, "MERGE")) {
                merge = true;
            } else {
                throw new Refusal(
                        "ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.");
            }
        }
        if (!flush && !merge) {
            // Redis ends here, for there is a key already.
            throw new Refusal("ERR Error trying to load the RDB dump, check server logs.");
        }
        boolean flushes = flush;
        boolean saves = save;
        KvServer server = call.server();
        Lane lane = call.lane();
        afterwards(
                call,
                () -> {
                    if (saves) {
                        save(lane);
                    }
                    load(lane, server.saves().state().lastFile(), flushes);
                });
    }

    /** {@code DEBUG LOADAOF}. */
    static void loadJournal(Call call) {
        JournalReplay replay = call.server().replay();
        Lane lane = call.lane();
        afterwards(
                call,
                () -> {
                    Path file = Files.createTempFile("millrace-replay", ".rdb");
                    try {
                        replay.toDump(file);
                        load(lane, file, true);
                    } finally {
                        Files.deleteIfExists(file);
                    }
                });
    }

    private static void save(Lane lane)
            throws IOException, InterruptedException, ExecutionException {
        OnlineSaves saves = lane.server().saves();
        CompletableFuture<Boolean> saved = new CompletableFuture<>();
        lane.loop()
                .execute(
                        () -> {
                            if (!saves.begin(saved::complete)) {
                                saves.schedule(saved::complete);
                            }
                        });
        if (!saved.get()) {
            throw new IOException("the dump could not be written");
        }
    }

    private static void load(Lane lane, Path file, boolean flush)
            throws IOException, InterruptedException {
        try (TrustedRequests requests = TrustedRequests.open(lane, FROM, session -> {})) {
            DumpRequests.send(file, flush, requests::execute);
        }
    }

    // ---- POPULATE

    /** {@code DEBUG POPULATE count [prefix [size]]}: keys that are there stay as they are. */
    static void populate(Call call) {
        Refusal notPositive = new Refusal("ERR value is out of range, must be positive");
        long count = call.integer(2, 0, Long.MAX_VALUE, notPositive);
        String prefix = call.count() > 3 ? call.text(3) : "key";
        long size = call.count() > 4 ? call.integer(4, 0, Integer.MAX_VALUE, notPositive) : 0;
        int database = call.session().database();
        Lane lane = call.lane();
        afterwards(
                call,
                () -> {
                    try (TrustedRequests requests =
                            TrustedRequests.open(
                                    lane, FROM, session -> session.database(database))) {
                        populate(requests, count, prefix, (int) size);
                    }
                });
    }

    private static void populate(TrustedRequests requests, long count, String prefix, int size)
            throws IOException, InterruptedException {
        NativeBuffer piece = new NativeBuffer(PIECE_BYTES);
        RequestWriter request = new RequestWriter(piece);
        try {
            for (long i = 0; i < count; i++) {
                byte[] value = ("value:" + i).getBytes(StandardCharsets.US_ASCII);
                request.begin(4);
                request.word("SET");
                request.word((prefix + ":" + i).getBytes(StandardCharsets.ISO_8859_1));
                request.word(size == 0 ? value : Arrays.copyOf(value, size));
                request.word("NX");
                if (piece.length() >= PIECE_BYTES || i == count - 1) {
                    requests.execute(piece);
                    piece.shrink();
                }
            }
        } finally {
            piece.free();
        }
    }

    // ---- Off the loop

    private static void afterwards(Call call, Work work) {
        if (call.isInTransaction()) {
            throw new Refusal(
                    "ERR DEBUG " + call.shown(1) + " is not possible inside a transaction");
        }
        Lane lane = call.lane();
        Session session = call.session();
        lane.suspend(session);
        Thread.ofVirtual()
                .start(
                        () -> {
                            String failure = paused(lane.server(), work);
                            lane.resume(session, reply -> answer(reply, failure));
                        });
    }

    private static void answer(Reply reply, String failure) {
        if (!failure.isEmpty()) {
            throw new Refusal("ERR " + failure);
        }
        reply.ok();
    }

    /** What went wrong, or nothing. */
    private static String paused(KvServer server, Work work) {
        long end = server.clock().millis() + PAUSE_MILLIS_MAX;
        server.pause(new Pause(Pause.Scope.ALL, end));
        try {
            work.run();
            return "";
        } catch (IOException | ExecutionException | BadDump failure) {
            return String.valueOf(failure.getMessage());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return "the room stops";
        } finally {
            server.unpause();
        }
    }
}
