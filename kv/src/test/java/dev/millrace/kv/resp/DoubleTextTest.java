package dev.millrace.kv.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kernel.Seeds;
import dev.millrace.kernel.memory.NativeBuffer;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What is expected here was printed by C's printf, or is printed by the one that is installed. */
class DoubleTextTest {
    private static final int NUMBERS = 500;

    @Test
    void up_to_17_digits_are_written() {
        assertEquals("0.10000000000000001", DoubleText.of(0.1));
        assertEquals("3.1400000000000001", DoubleText.of(3.14));
        assertEquals("1.5", DoubleText.of(1.5));
        assertEquals("-99.900000000000006", DoubleText.of(-99.9));
        assertEquals("0.0001", DoubleText.of(0.0001));
        assertEquals("1.0000000000000001e-05", DoubleText.of(0.00001));
        assertEquals("1e+17", DoubleText.of(1e17));
        assertEquals("10000000000000000", DoubleText.of(1e16));
        assertEquals("1.7976931348623157e+308", DoubleText.of(Double.MAX_VALUE));
        assertEquals("4.9406564584124654e-324", DoubleText.of(Double.MIN_VALUE));
        assertEquals("-2.2250738585072014e-308", DoubleText.of(-Double.MIN_NORMAL));
    }

    @Test
    void zeros_have_a_sign_and_infinities_have_names() {
        assertEquals("0", DoubleText.of(0.0));
        assertEquals("-0", DoubleText.of(-0.0));
        assertEquals("inf", DoubleText.of(Double.POSITIVE_INFINITY));
        assertEquals("-inf", DoubleText.of(Double.NEGATIVE_INFINITY));
        assertEquals("nan", DoubleText.of(Double.NaN));
    }

    @Test
    void replies_are_bulk_strings_in_resp2_and_doubles_in_resp3() {
        assertEquals("$1\r\n7\r\n", reply(2, 7));
        assertEquals(",7\r\n", reply(3, 7));
        assertEquals("$2\r\n-0\r\n", reply(2, -0.0));
        assertEquals(",-0\r\n", reply(3, -0.0));
        assertEquals("$19\r\n0.10000000000000001\r\n", reply(2, 0.1));
        assertEquals(",0.10000000000000001\r\n", reply(3, 0.1));
        assertEquals("$4\r\n-inf\r\n", reply(2, Double.NEGATIVE_INFINITY));
        assertEquals(",inf\r\n", reply(3, Double.POSITIVE_INFINITY));
        assertEquals("$24\r\n-2.2250738585072014e-308\r\n", reply(2, -Double.MIN_NORMAL));
    }

    @Test
    void any_number_is_written_as_printf_writes_it() {
        Seeds.each(
                8,
                random -> {
                    List<Double> numbers = new ArrayList<>();
                    for (int i = 0; i < NUMBERS; i++) {
                        numbers.add(
                                switch (i % 4) {
                                    case 0 ->
                                            Double.longBitsToDouble(
                                                    random.nextLong() & ~(1L << 62));
                                    case 1 -> random.nextInt(-1_000_000, 1_000_000) / 100.0;
                                    case 2 ->
                                            (double) random.nextLong() / (1 << random.nextInt(20));
                                    default ->
                                            Math.scalb(
                                                    random.nextDouble(), random.nextInt(200) - 100);
                                });
                    }
                    assertEquals(
                            printed(numbers),
                            numbers.stream().map(DoubleTextTest::written).toList());
                });
    }

    private static String written(double value) {
        NativeBuffer buffer = new NativeBuffer(DoubleText.BYTES_MAX);
        buffer.advance(DoubleText.write(buffer.address(), value));
        String text = new String(buffer.toBytes(), StandardCharsets.US_ASCII);
        buffer.free();
        return text;
    }

    private static List<String> printed(List<Double> numbers) {
        List<String> command = new ArrayList<>(List.of("/usr/bin/printf", "%.17g\\n"));
        // In base 16 they are exact, whatever type that program counts with.
        numbers.forEach(number -> command.add(Double.toHexString(number)));
        try {
            Process process = new ProcessBuilder(command).start();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            return List.of(output.split("\n", -1)).subList(0, numbers.size());
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    private static String reply(int protocol, double value) {
        NativeBuffer out = new NativeBuffer(64);
        Reply reply = new Reply(out);
        reply.to(out, protocol);
        reply.number(value);
        String text = new String(out.toBytes(), StandardCharsets.US_ASCII);
        out.free();
        return text;
    }
}
