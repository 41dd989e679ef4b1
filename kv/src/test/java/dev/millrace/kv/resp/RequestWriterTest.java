package dev.millrace.kv.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kernel.memory.NativeBuffer;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;

class RequestWriterTest {
    private static String latin(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @Test
    void a_request_is_an_array_of_bulk_strings() {
        assertEquals("*1\r\n$4\r\nPING\r\n", latin(RequestWriter.of("PING")));
        assertEquals("*2\r\n$0\r\n\r\n$2\r\n\u00c3\u00a9\r\n", latin(RequestWriter.of("", "é")));
    }

    @Test
    void words_are_texts_bytes_memory_and_numbers() {
        NativeBuffer out = new NativeBuffer(8);
        NativeBuffer memory = new NativeBuffer(8);
        memory.putUtf8("m".repeat(12));
        RequestWriter request = new RequestWriter(out);
        request.begin(12);
        request.word(new byte[] {0, (byte) 0xff});
        request.word(memory.address(), 12);
        request.number(Long.MIN_VALUE);
        request.number(100);
        assertEquals(
                "*12\r\n$2\r\n\0\u00ff\r\n$12\r\nmmmmmmmmmmmm\r\n"
                        + "$20\r\n-9223372036854775808\r\n$3\r\n100\r\n",
                latin(out.toBytes()));
        out.free();
        memory.free();
    }
}
