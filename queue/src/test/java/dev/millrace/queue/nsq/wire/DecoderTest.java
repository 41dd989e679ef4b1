package dev.millrace.queue.nsq.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kernel.Seeds;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;

class DecoderTest {
    private static byte[] bytes(String latin) {
        return latin.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The same in one piece and a byte at a time. */
    private static List<String> said(String latin) {
        List<String> atOnce = Said.of(bytes(latin), Integer.MAX_VALUE / 2);
        assertEquals(atOnce, Said.of(bytes(latin), 1), "byte by byte");
        return atOnce;
    }

    @Test
    void commands_with_and_without_bodies_follow_one_another() {
        assertEquals(
                List.of("[NOP]", "[SHORT][topic]hello", "[RDY][5]", "[LONG]\n\n\n"),
                said("  V2NOP\nSHORT topic\n\0\0\0\5helloRDY 5\r\nLONG\n\0\0\0\3\n\n\n"));
    }

    @Test
    void another_magic_is_refused() {
        assertEquals(List.of("E_BAD_PROTOCOL"), said("  V1NOP\n"));
        assertEquals(List.of("E_BAD_PROTOCOL"), said("GET / HTTP/1.1\r\n"));
    }

    @Test
    void a_part_of_the_magic_or_of_a_command_is_waited_for() {
        assertEquals(List.of(), said("  V"));
        assertEquals(List.of(), said("  V2SHORT topic\n\0\0\0\5hell"));
        assertEquals(List.of(), said("  V2SHORT topic"));
    }

    @Test
    void a_bad_length_is_refused_before_the_body_comes() {
        assertEquals(
                List.of("E_BAD_MESSAGE SHORT message too big 9 > 8"),
                said("  V2SHORT t\n\0\0\0\t"));
        assertEquals(
                List.of("E_BAD_MESSAGE SHORT invalid message body size 0"),
                said("  V2SHORT t\n\0\0\0\0"));
        assertEquals(
                List.of("E_BAD_MESSAGE SHORT invalid message body size -1"),
                said("  V2SHORT t\n\u00ff\u00ff\u00ff\u00ff"));
        assertEquals(
                List.of("E_BAD_BODY LONG body too big 1001 > 1000"),
                said("  V2LONG\n\0\0\u0003\u00e9"));
        assertEquals(
                List.of("E_BAD_BODY LONG invalid body size -2147483648"),
                said("  V2LONG\n\u0080\0\0\0"));
    }

    @Test
    void a_closing_refusal_is_the_last_word_and_a_passing_one_is_not() {
        assertEquals(List.of("E_PASS not now", "[NOP]"), said("  V2PASS\nNOP\n"));
        assertEquals(List.of("E_CLOSE not ever"), said("  V2CLOSE\nNOP\n"));
    }

    @Test
    void a_line_may_have_16383_bytes_and_no_more() {
        String longest = "x".repeat(Line.BYTES_MAX);
        assertEquals(List.of("[" + longest + "]"), said("  V2" + longest + "\n"));
        assertEquals(List.of("endless"), said("  V2" + longest + "x\n"));
    }

    @Test
    void an_empty_line_is_a_command_without_a_name() {
        assertEquals(List.of("[]", "[]", "[][]"), said("  V2\n\r\n \n"));
    }

    @Test
    void pieces_of_any_size_make_the_same() {
        Seeds.each(
                200,
                random -> {
                    StringBuilder sent = new StringBuilder("  V2");
                    for (int i = random.nextInt(20); i >= 0; i--) {
                        int bytes = random.nextInt(1, 9);
                        sent.append("SHORT a b c d\n\0\0\0").append((char) bytes);
                        random.ints(bytes, 0, 256).forEach(c -> sent.append((char) c));
                        sent.append(random.nextInt(5) == 0 ? "PASS\n" : "NOP\r\n");
                    }
                    byte[] all = bytes(sent.toString());
                    assertEquals(Said.of(all, all.length), Said.of(all, random.nextInt(1, 40)));
                });
    }
}
