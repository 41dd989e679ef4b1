package dev.millrace.kv.effect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.journal.RecordWriter;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.Kv;
import dev.millrace.kv.KvClient;
import dev.millrace.kv.session.RecordTap;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What records say as commands makes the same of another store. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EffectCommandsTest {
    private final Kv here = Kv.open();
    private final Kv there = Kv.open();
    private final NativeBuffer said = new NativeBuffer(256);
    private final List<String> texts = new ArrayList<>();
    private EffectCommands commands = new EffectCommands(here.stripes());

    private final class Tap implements RecordTap {
        @Override
        public long appended(RecordWriter record, long position) {
            record.each(
                    Replay.machine(),
                    (address, bytes) -> {
                        said.clear();
                        commands.write(address, bytes, said);
                        byte[] request = said.toBytes();
                        texts.add(shown(request));
                        if (request.length > 0) {
                            there.first().send(request);
                            while (!there.first().receive().equals(KvClient.NOTHING)) {
                                // What it answers is nobody's business.
                            }
                        }
                    });
            return 0;
        }

        @Override
        public void said(byte[] request) {}
    }

    /** The words, without their lengths. */
    private static String shown(byte[] request) {
        StringBuilder words = new StringBuilder();
        for (String line : new String(request, StandardCharsets.ISO_8859_1).split("\r\n", -1)) {
            if (!line.startsWith("$") && !line.startsWith("*") && !line.isEmpty()) {
                words.append(words.isEmpty() ? "" : " ").append(line);
            }
        }
        return words.toString();
    }

    @BeforeAll
    void listen() {
        here.server().recordTap(new Tap());
    }

    @AfterAll
    void end() {
        here.server().recordTap(null);
        here.close();
        there.close();
        said.free();
    }

    @BeforeEach
    void empty() {
        here.reset();
        there.reset();
        commands = new EffectCommands(here.stripes());
        texts.clear();
    }

    private void same(String... request) {
        String answer = here.call(request);
        assertTrue(!answer.startsWith("-"), answer);
        assertEquals(here.state(), there.state(), String.join(" ", request) + ": " + texts);
    }

    @Test
    void strings() {
        same("SET", "a", "1");
        same("INCR", "a");
        same("APPEND", "a", "xyz");
        same("SETRANGE", "a", "10", "end");
        same("SETBIT", "bits", "100", "0");
        same("SET", "b", "v", "PX", "100000");
        same("PERSIST", "b");
        same("EXPIRE", "a", "100");
        same("BITOP", "XOR", "c", "a", "b", "bits");
        same("GETDEL", "a");
    }

    @Test
    void keys_and_databases() {
        same("SET", "a", "1", "PX", "5000");
        same("COPY", "a", "b");
        same("COPY", "a", "b", "DB", "3");
        same("RENAME", "a", "c");
        same("MOVE", "c", "5");
        same("SELECT", "3");
        same("SWAPDB", "3", "5");
        same("FLUSHDB");
        same("SELECT", "0");
        same("FLUSHALL");
    }

    @Test
    void lists() {
        same("RPUSH", "l", "a", "b", "c", "b", "d");
        same("LPUSH", "l", "x", "y");
        same("LSET", "l", "2", "other");
        same("LSET", "l", "3", "long".repeat(3000));
        same("LREM", "l", "-1", "b");
        same("LREM", "l", "0", "b");
        same("RPUSH", "l", "1", "2", "3", "4", "5", "6");
        same("LTRIM", "l", "1", "-2");
        same("LTRIM", "l", "0", "3");
        same("LPOP", "l", "2");
        same("LMOVE", "l", "m", "LEFT", "RIGHT");
        same("RPOPLPUSH", "l", "l");
        same("RPOP", "m");
    }

    @Test
    void hashes_and_sets() {
        same("HSET", "h", "a", "1", "b", "2");
        same("HSET", "h", "c", "long".repeat(100));
        same("HDEL", "h", "a", "c");
        same("HINCRBYFLOAT", "h", "b", "1.5");
        same("SADD", "s", "1", "2", "3");
        same("SADD", "s", "word");
        same("SPOP", "s");
        same("SREM", "s", "word");
        same("SADD", "t", "1", "9");
        same("SUNIONSTORE", "u", "s", "t");
        same("SMOVE", "t", "s", "9");
    }

    @Test
    void sorted_sets() {
        same("ZADD", "z", "1.1", "a", "-inf", "b", "3", "c", "1e300", "d", "0.1", "e");
        same("ZINCRBY", "z", "0.2", "a");
        same("ZADD", "y", "5", "a", "6", "x");
        same("ZUNIONSTORE", "u", "2", "z", "y", "WEIGHTS", "2", "0.3", "AGGREGATE", "MAX");
        same("ZINTERSTORE", "i", "2", "z", "y");
        same("ZDIFFSTORE", "d", "2", "z", "y");
        same("ZRANGESTORE", "r", "z", "1", "3");
        same("ZREMRANGEBYRANK", "z", "0", "1");
        same("ZPOPMAX", "u", "2");
        same("ZREM", "z", "c");
        same("GEOADD", "g", "13.361389", "38.115556", "Palermo");
    }

    @Test
    void what_expires_is_deleted() {
        same("SET", "brief", "x", "PX", "10");
        here.advance(50);
        there.advance(50);
        here.call("GET", "brief");
        assertEquals(here.state(), there.state());
        assertTrue(texts.getLast().endsWith("DEL brief"), texts.toString());
    }

    @Test
    void a_transaction_is_one_run_of_commands() {
        here.call("MULTI");
        here.call("SET", "a", "1");
        here.call("RPUSH", "b", "x");
        here.call("SELECT", "2");
        here.call("SET", "c", "3");
        same("EXEC");
        assertEquals("SELECT 0 SET a 1 RPUSH b x SELECT 2 SET c 3", texts.getLast());
        same("SELECT", "0");
    }
}
