package dev.millrace.registry.check.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kernel.Seeds;

import io.netty.buffer.Unpooled;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;

class TailTest {
    @Test
    void the_last_bytes_are_kept_however_they_come() {
        Seeds.each(
                500,
                random -> {
                    int max = random.nextInt(1, 2_000);
                    Tail tail = new Tail(max);
                    StringBuilder all = new StringBuilder();
                    for (int i = random.nextInt(10); i > 0; i--) {
                        String piece = "x".repeat(random.nextInt(1_500)) + i;
                        all.append(piece);
                        tail.add(Unpooled.copiedBuffer(piece, StandardCharsets.UTF_8));
                        assertEquals(all.length(), tail.bytes());
                        assertEquals(all.substring(Math.max(0, all.length() - max)), tail.text());
                    }
                });
    }

    @Test
    void nothing_is_an_empty_text() {
        assertEquals("", new Tail(10).text());
    }
}
