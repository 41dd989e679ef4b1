package dev.millrace.bench.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.bench.server.RequestBytes;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

class FillingTest {
    @Test
    void a_request_has_as_many_words_as_it_says_and_they_as_many_bytes() throws IOException {
        for (Filling filling : fillings()) {
            for (int number : List.of(0, 7, 10_000, 123_456)) {
                RequestBytes out = new RequestBytes();
                filling.put(number, number + filling.perRequest(), out);
                filling.look(number, out);
                checkRequests(text(out), 2);
            }
        }
    }

    @Test
    void numbers_have_leading_zeros_and_no_fewer_digits_than_they_need() throws IOException {
        RequestBytes out = new RequestBytes();
        out.request(3).word("n:", 42, 5).integer(0).word("", 1234, 2);
        assertEquals("*3\r\n$7\r\nn:00042\r\n$1\r\n0\r\n$4\r\n1234\r\n", text(out));
        assertEquals(0, out.count());
    }

    private static List<Filling> fillings() {
        List<Filling> fillings = new ArrayList<>();
        fillings.add(new Strings(Keys.ofRedisBenchmark(1_000_000), "value"));
        fillings.add(new Mix());
        for (Kind kind : Kind.values()) {
            fillings.add(new Small(kind, 10));
            fillings.add(new Large(kind));
        }
        return fillings;
    }

    private static String text(RequestBytes requests) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        requests.moveTo(out);
        return out.toString(StandardCharsets.US_ASCII);
    }

    private static void checkRequests(String text, int expected) {
        int at = 0;
        for (int request = 0; request < expected; request++) {
            int words = number(text, at, '*');
            at = text.indexOf("\r\n", at) + 2;
            for (int word = 0; word < words; word++) {
                int bytes = number(text, at, '$');
                int end = text.indexOf("\r\n", at) + 2 + bytes;
                assertEquals("\r\n", text.substring(end, end + 2));
                at = end + 2;
            }
        }
        assertEquals(text.length(), at);
    }

    private static int number(String text, int at, char type) {
        assertEquals(type, text.charAt(at));
        return Integer.parseInt(text.substring(at + 1, text.indexOf("\r\n", at)));
    }
}
