package dev.millrace.registry.dns.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Arrays;
import java.util.HexFormat;

class QueryTest {
    private static final String HEADER = "1234 0100 0001 0000 0000 0000";
    private static final String ONE_MORE = "1234 0100 0001 0000 0000 0001";
    private static final String QUESTION = "03 577742 06 636f6e73756c 00 0001 0001";
    private static final String OPT = "00 0029 04d0 00 00 8000 0000";

    private final Query query = new Query();

    private static byte[] bytes(String... hex) {
        return HexFormat.of().parseHex(String.join("", hex).replace(" ", ""));
    }

    private Query.Kind read(String... hex) {
        byte[] message = bytes(hex);
        return query.read(message, message.length);
    }

    @Test
    void a_question_is_read_in_lower_case_and_written_as_it_came() {
        assertEquals(Query.Kind.QUESTION, read(HEADER, QUESTION));
        assertEquals(0x1234, query.id());
        assertEquals(RecordType.A, query.type());
        assertEquals(2, query.labels());
        assertEquals("wwb", query.label(0));
        assertEquals("wwb.consul", query.labels(0, 2));
        assertEquals("WwB.consul.", query.askedName().toString());
        Encoder out = new Encoder(64);
        query.putQuestion(out);
        assertEquals(query.questionBytes(), out.length());
        assertEquals(
                HexFormat.of().formatHex(bytes(QUESTION)), HexFormat.of().formatHex(out.copy()));
        assertFalse(query.edns());
        assertEquals(512, query.udpBytes());
    }

    @Test
    void opt_says_how_much_is_taken_and_whether_signatures_are() {
        assertEquals(Query.Kind.QUESTION, read(ONE_MORE, QUESTION, OPT));
        assertTrue(query.edns());
        assertTrue(query.dnssecOk());
        assertEquals(1_232, query.udpBytes());
        assertEquals(
                Query.Kind.QUESTION,
                read(ONE_MORE, QUESTION, "00 0029 0001 00 00 0000 0008 000a 0004 01020304"));
        assertEquals(512, query.udpBytes());
    }

    @Test
    void a_reused_query_forgets_the_one_before() {
        read(ONE_MORE, QUESTION, OPT);
        assertEquals(Query.Kind.QUESTION, read(HEADER, "00 0006 0001"));
        assertFalse(query.edns());
        assertFalse(query.dnssecOk());
        assertEquals(0, query.labels());
        assertEquals(1, query.nameBytes());
        assertEquals(Query.Kind.MALFORMED, read(HEADER));
        assertEquals(0, query.nameBytes());
    }

    @Test
    void a_copy_stays_when_the_next_is_read() {
        read(ONE_MORE, QUESTION, OPT);
        Query copy = query.copy();
        read(HEADER, "00 0006 0001");
        assertEquals("WwB.consul.", copy.askedName().toString());
        assertEquals("wwb", copy.label(0));
        assertEquals(RecordType.A, copy.type());
        assertEquals(1_232, copy.udpBytes());
        assertTrue(copy.edns() && copy.dnssecOk());
    }

    @Test
    void the_hash_is_of_the_name_in_any_case_and_the_type() {
        read(HEADER, QUESTION);
        long hash = query.hash();
        read(HEADER, "03 777762 06 434f6e73756c 00 0001 0001");
        assertEquals(hash, query.hash());
        assertTrue(query.asks(bytes("03 777762 06 636f6e73756c 00"), RecordType.A));
        assertFalse(query.asks(bytes("03 777762 06 636f6e73756c 00"), RecordType.AAAA));
        read(HEADER, "03 777762 06 434f6e73756c 00 0002 0001");
        assertNotEquals(hash, query.hash());
    }

    @Test
    void a_name_lies_within_another_label_by_label() {
        read(HEADER, QUESTION);
        assertTrue(query.isWithin(DomainName.of("consul").orElseThrow()));
        assertTrue(query.isWithin(DomainName.of("wwb.consul").orElseThrow()));
        assertTrue(query.isWithin(DomainName.of(".").orElseThrow()));
        assertFalse(query.isWithin(DomainName.of("onsul").orElseThrow()));
        assertFalse(query.isWithin(DomainName.of("a.wwb.consul").orElseThrow()));
    }

    @ParameterizedTest
    @CsvSource({
        "NOTHING, less than a header, '1234 0100 0001 0000 0000 00'",
        "NOTHING, an answer, '1234 8100 0001 0000 0000 0000 00 0001 0001'",
        "NOT_IMPLEMENTED, a status, '1234 1100 0001 0000 0000 0000 00 0001 0001'",
        "MALFORMED, no question, '1234 0100 0000 0000 0000 0000'",
        "MALFORMED, two questions, '1234 0100 0002 0000 0000 0000 00 0001 0001 00 0001 0001'",
        "MALFORMED, no name, '1234 0100 0001 0000 0000 0000'",
        "MALFORMED, a name without end, '1234 0100 0001 0000 0000 0000 03 777777'",
        "MALFORMED, a label cut off, '1234 0100 0001 0000 0000 0000 03 7777'",
        "MALFORMED, no class, '1234 0100 0001 0000 0000 0000 00 0001 00'",
        "MALFORMED, a pointer to itself, '1234 0100 0001 0000 0000 0000 c00c 0001 0001'",
        "MALFORMED, a pointer back, '1234 0100 0001 0000 0000 0000 01 61 c00c 0001 0001'",
        "MALFORMED, a pointer forward, '1234 0100 0001 0000 0000 0000 c010 0001 0001'",
        "MALFORMED, a label of 64, '1234 0100 0001 0000 0000 0000 40 0001 0001'",
        "MALFORMED, bytes behind, '1234 0100 0001 0000 0000 0000 00 0001 0001 00'",
        "MALFORMED, a record missing, '1234 0100 0001 0000 0000 0001 00 0001 0001'",
        "MALFORMED, a record cut off, '1234 0100 0001 0000 0000 0001 00 0001 0001 00 0029 0400'",
        "MALFORMED, data cut off, '1234 0100 0001 0000 0000 0001 00 0001 0001 00 0029 0400 00000000"
                + " 0001'",
        "MALFORMED, OPT twice, '1234 0100 0001 0000 0000 0002 00 0001 0001"
                + " 00 0029 0400 00000000 0000 00 0029 0400 00000000 0000'",
        "MALFORMED, OPT as an answer, '1234 0100 0001 0001 0000 0000 00 0001 0001"
                + " 00 0029 0400 00000000 0000'",
        "MALFORMED, OPT with a name, '1234 0100 0001 0000 0000 0001 00 0001 0001"
                + " 0161 00 0029 0400 00000000 0000'",
        "MALFORMED, an option cut off, '1234 0100 0001 0000 0000 0001 00 0001 0001"
                + " 00 0029 0400 00000000 0005 000a 0002 00'",
        "MALFORMED, a record's name leads forward, '1234 0100 0001 0000 0000 0001 00 0001 0001"
                + " c020 0001 0001 00000000 0000'",
        "BAD_VERSION, EDNS 1, '1234 0100 0001 0000 0000 0001 00 0001 0001"
                + " 00 0029 0400 00010000 0000'",
        "QUESTION, a signature, '1234 0100 0001 0000 0000 0001 00 0001 0001"
                + " c00c 00fa 00ff 00000000 0003 010203'",
    })
    void what_is_malformed_is_found_out(Query.Kind kind, String what, String hex) {
        assertEquals(kind, read(hex), what);
    }

    @Test
    void a_name_may_have_255_bytes_and_no_more() {
        byte[] longest = new byte[12 + 255 + 4];
        longest[5] = 1;
        for (int at = 12; at < 12 + 254; at += 2) {
            longest[at] = 1;
            longest[at + 1] = 'a';
        }
        assertEquals(Query.Kind.QUESTION, query.read(longest, longest.length));
        assertEquals(127, query.labels());
        byte[] longer = Arrays.copyOf(longest, longest.length + 2);
        longer[12 + 254] = 1;
        longer[12 + 255] = 'a';
        assertEquals(Query.Kind.MALFORMED, query.read(longer, longer.length));
    }

    @Test
    void every_beginning_of_a_question_is_malformed_or_nothing() {
        byte[] whole = bytes(ONE_MORE, QUESTION, OPT);
        for (int length = 0; length < whole.length; length++) {
            Query.Kind kind = query.read(Arrays.copyOf(whole, length), length);
            assertEquals(length < 12 ? Query.Kind.NOTHING : Query.Kind.MALFORMED, kind);
        }
    }

    @Test
    void no_bytes_make_it_fail() {
        byte[] whole = bytes(ONE_MORE, QUESTION, OPT);
        Seeds.each(
                2_000,
                random -> {
                    byte[] changed = Arrays.copyOf(whole, random.nextInt(12, whole.length + 1));
                    for (int i = random.nextInt(4); i >= 0; i--) {
                        changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
                    }
                    if (query.read(changed, changed.length) == Query.Kind.QUESTION) {
                        assertTrue(query.nameBytes() <= 255);
                        assertEquals(query.labels(), query.copy().labels());
                    }
                });
    }
}
