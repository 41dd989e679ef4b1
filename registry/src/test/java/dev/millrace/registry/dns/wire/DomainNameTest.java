package dev.millrace.registry.dns.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.HexFormat;

class DomainNameTest {
    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static DomainName read(String hex, int start) throws BadMessage {
        byte[] message = bytes(hex);
        return DomainName.read(message, message.length, start);
    }

    @Test
    void text_becomes_labels_and_text_again() {
        assertEquals("www.Example.com.", DomainName.of("www.Example.com").orElseThrow() + "");
        assertEquals("www.Example.com.", DomainName.of("www.Example.com.").orElseThrow() + "");
        assertEquals(".", DomainName.of("").orElseThrow().toString());
        assertEquals(".", DomainName.of(".").orElseThrow().toString());
        assertEquals(5, DomainName.of("a.b").orElseThrow().length());
    }

    @Test
    void labels_and_names_have_limits() {
        assertTrue(DomainName.of("x".repeat(63)).isPresent());
        assertTrue(DomainName.of("x".repeat(64)).isEmpty());
        assertTrue(DomainName.of("a..b").isEmpty());
        assertTrue(DomainName.of(".a").isEmpty());
        assertEquals(255, DomainName.of("a.".repeat(127)).orElseThrow().length());
        assertTrue(DomainName.of("a.".repeat(128)).isEmpty());
        DomainName longest = DomainName.of("a.".repeat(127)).orElseThrow();
        assertTrue(DomainName.of("b").orElseThrow().below(longest).isEmpty());
    }

    @Test
    void case_makes_no_difference() {
        DomainName name = DomainName.of("Web.CONSUL").orElseThrow();
        assertEquals(name, DomainName.of("web.consul").orElseThrow());
        assertEquals(name.hashCode(), DomainName.of("web.consul").orElseThrow().hashCode());
        assertNotEquals(name, DomainName.of("web.consu").orElseThrow());
        assertTrue(name.isWithin(DomainName.of("Consul").orElseThrow()));
        assertFalse(name.isWithin(DomainName.of("b.consul").orElseThrow()));
        assertEquals(
                "a.Web.CONSUL.",
                DomainName.of("a").orElseThrow().below(name).orElseThrow().toString());
    }

    @Test
    void pointers_lead_back() throws BadMessage {
        assertEquals("a.b.", read("01 62 00 01 61 c000", 3).toString());
        assertEquals("c.a.b.", read("01 62 00 01 61 c000 01 63 c003", 7).toString());
        assertEquals(7, DomainName.skip(bytes("01 62 00 01 61 c000"), 7, 3));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c000",
                "c002 00",
                "01 61 c000",
                "01 61 c002",
                "01 61",
                "3f 61",
                "c0",
                "80 00",
                "40 00",
                ""
            })
    void loops_and_what_is_cut_off_are_refused(String hex) {
        assertThrows(BadMessage.class, () -> read(hex, 0));
    }

    @Test
    void pointers_that_lead_to_each_other_are_refused() {
        assertThrows(BadMessage.class, () -> read("c002 c000", 0));
        assertThrows(BadMessage.class, () -> read("c002 c000", 2));
        assertThrows(BadMessage.class, () -> read("01 61 c004 c000", 4));
    }

    @Test
    void pointers_cannot_make_a_name_longer_than_a_name() {
        StringBuilder hex = new StringBuilder("3f" + "61".repeat(63) + "00");
        int before = 0;
        for (int i = 0; i < 4; i++) {
            int here = hex.length() / 2;
            hex.append("3f" + "62".repeat(63)).append("%04x".formatted(0xC000 | before));
            before = here;
        }
        int last = before;
        assertThrows(BadMessage.class, () -> read(hex.toString(), last));
    }

    @Test
    void reading_ends_whatever_the_bytes_are() {
        Seeds.each(
                5_000,
                random -> {
                    byte[] message = new byte[random.nextInt(1, 80)];
                    for (int i = 0; i < message.length; i++) {
                        message[i] =
                                (byte)
                                        (random.nextInt(3) == 0
                                                ? 0xC0
                                                : random.nextInt(random.nextBoolean() ? 80 : 4));
                    }
                    int start = random.nextInt(message.length);
                    try {
                        DomainName name = DomainName.read(message, message.length, start);
                        assertTrue(name.length() <= DomainName.BYTES_MAX);
                        assertEquals(name, DomainName.read(name.wire(), name.length(), 0));
                        assertTrue(DomainName.skip(message, message.length, start) > start);
                    } catch (BadMessage refused) {
                        assertFalse(Arrays.toString(message).isEmpty());
                    }
                });
    }
}
