package dev.millrace.events.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kernel.memory.NativeBuffer;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;

class JsonTextTest {
    private static boolean isJson(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        NativeBuffer memory = new NativeBuffer(16);
        try {
            memory.put(utf8);
            boolean outside = JsonText.is(memory.address(), utf8.length);
            assertEquals(outside, JsonText.is(utf8), text);
            return outside;
        } finally {
            memory.free();
        }
    }

    @Test
    void one_whole_value_of_any_kind_is_json() {
        for (String json :
                new String[] {
                    "{}",
                    "[]",
                    "[1,{\"a\":null}]",
                    "\"x\"",
                    "-1.5e3",
                    "true",
                    " null ",
                    "\"\\u00e9\""
                }) {
            assertEquals(true, isJson(json), json);
        }
        assertEquals(true, isJson("[" + "\"0123456789\",".repeat(100_000) + "1]"));
    }

    @Test
    void anything_else_is_not() {
        for (String other :
                new String[] {
                    "",
                    " ",
                    "{",
                    "{}{}",
                    "1 2",
                    "hello",
                    "{\"a\":}",
                    "[\"\\x\"]",
                    "01",
                    "\"open",
                    "tru",
                    "{a:1}"
                }) {
            assertEquals(false, isJson(other), other);
        }
    }
}
