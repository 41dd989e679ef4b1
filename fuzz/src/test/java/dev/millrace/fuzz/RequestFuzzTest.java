package dev.millrace.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.millrace.kernel.memory.GuardedMemory;
import dev.millrace.kernel.memory.Slabs;
import dev.millrace.kv.resp.ProtocolException;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.resp.RequestParser;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a Redis client may send. The first byte of an input says whether it is authenticated. */
class RequestFuzzTest {
    private static final long BULK_BYTES_MAX = 512L << 20;

    @FuzzTest(maxDuration = "30s")
    void requests_are_the_same_at_once_and_byte_by_byte(byte[] input) {
        if (input.length == 0) {
            return;
        }
        boolean authenticated = (input[0] & 1) == 1;
        byte[] sent = Arrays.copyOfRange(input, 1, input.length);
        assertEquals(atOnce(sent, authenticated), byteByByte(sent, authenticated));
    }

    private static List<String> atOnce(byte[] sent, boolean authenticated) {
        List<String> found = new ArrayList<>();
        RequestParser parser = new RequestParser(new Request(new Slabs()));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = GuardedMemory.copy(arena, sent);
            int start = 0;
            int used;
            do {
                used =
                        parser.parse(
                                memory.address() + start,
                                sent.length - start,
                                BULK_BYTES_MAX,
                                authenticated);
                start += used;
                if (used > 0) {
                    found.add(text(parser.request()));
                }
            } while (used > 0);
        } catch (ProtocolException refused) {
            found.add("refused: " + refused.getMessage());
        }
        return found;
    }

    private static List<String> byteByByte(byte[] sent, boolean authenticated) {
        List<String> found = new ArrayList<>();
        RequestParser parser = new RequestParser(new Request(new Slabs()));
        try {
            int start = 0;
            for (int end = 1; end <= sent.length; end++) {
                // Memory that ends with what has come so far, and moves, as a connection's does.
                try (Arena arena = Arena.ofConfined()) {
                    MemorySegment memory =
                            GuardedMemory.copy(arena, Arrays.copyOfRange(sent, start, end));
                    int used =
                            parser.parse(
                                    memory.address(), end - start, BULK_BYTES_MAX, authenticated);
                    start += used;
                    if (used > 0) {
                        found.add(text(parser.request()));
                    }
                }
            }
        } catch (ProtocolException refused) {
            found.add("refused: " + refused.getMessage());
        }
        return found;
    }

    private static String text(Request request) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < request.count(); i++) {
            text.append('[').append(latin(request.bytes(i))).append(']');
        }
        return text.toString();
    }

    private static String latin(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
