package dev.millrace.kv.rdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.journal.Progress;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.memory.Slabs;
import dev.millrace.kv.Kv;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Dumps as Redis 2.4 to 6.2 wrote them, byte by byte. */
class OlderDumpsTest {
    @RegisterExtension static final Kv kv = Kv.open();

    private static final String BAD = "-ERR Bad data format";
    private static final int HASH_ZIPMAP = 9;
    private static final int LIST_ZIPLIST = 10;
    private static final int ZSET_ZIPLIST = 12;
    private static final int HASH_ZIPLIST = 13;
    private static final int LIST_ZIPLISTS = 14;

    @TempDir private Path folder;

    // ---- Making bytes, as ISO-8859-1

    private static String bytes(int... bytes) {
        StringBuilder made = new StringBuilder();
        for (int each : bytes) {
            made.append((char) (each & 0xff));
        }
        return made.toString();
    }

    private static String number(ByteOrder order, int bytes, long value) {
        ByteBuffer all = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        String little = new String(all.putLong(value).array(), StandardCharsets.ISO_8859_1);
        StringBuilder made = new StringBuilder(little.substring(0, bytes));
        return (order == ByteOrder.BIG_ENDIAN ? made.reverse() : made).toString();
    }

    private static String little(int bytes, long value) {
        return number(ByteOrder.LITTLE_ENDIAN, bytes, value);
    }

    /** A string of a dump. */
    private static String string(String content) {
        return bytes(0x80) + number(ByteOrder.BIG_ENDIAN, 4, content.length()) + content;
    }

    /** An entry of a ziplist, without what says how long the one before is. */
    private static String text(String content) {
        int length = content.length();
        if (length < 64) {
            return bytes(length) + content;
        }
        return length < 16384
                ? bytes(0x40 | length >> 8, length) + content
                : bytes(0x80) + number(ByteOrder.BIG_ENDIAN, 4, length) + content;
    }

    private static String ziplist(int count, String... entries) {
        StringBuilder made = new StringBuilder();
        int before = 0;
        int last = 0;
        for (String entry : entries) {
            last = made.length();
            made.append(before < 254 ? bytes(before) : bytes(254) + little(4, before));
            made.append(entry);
            before = made.length() - last;
        }
        int header = 10;
        return little(4, header + made.length() + 1)
                + little(4, header + last)
                + little(2, count)
                + made
                + bytes(255);
    }

    private static String ziplist(String... entries) {
        return ziplist(entries.length, entries);
    }

    private static String texts(String... contents) {
        String[] entries = new String[contents.length];
        for (int i = 0; i < contents.length; i++) {
            entries[i] = text(contents[i]);
        }
        return ziplist(entries);
    }

    private static String restore(String key, int type, String value) {
        NativeBuffer payload = new NativeBuffer(new Slabs(), 256);
        payload.put((bytes(type) + value + bytes(9, 0)).getBytes(StandardCharsets.ISO_8859_1));
        payload.putLong(Crc64.update(0, payload.address(), payload.length()));
        String text = new String(payload.toBytes(), StandardCharsets.ISO_8859_1);
        payload.free();
        return kv.call("RESTORE", key, "0", text, "REPLACE");
    }

    // ---- What is read

    @Test
    void every_form_of_a_ziplists_entry_is_read() {
        String[] integers = {
            bytes(0xf1),
            bytes(0xfd),
            bytes(0xfe, 0x80),
            bytes(0xc0, 0xff, 0x7f),
            bytes(0xf0, 0, 0, 0x80),
            bytes(0xf0, 0xff, 0xff, 0x7f),
            bytes(0xd0) + little(4, Integer.MIN_VALUE),
            bytes(0xe0) + little(8, Long.MIN_VALUE),
        };
        List<String> expected =
                new ArrayList<>(
                        List.of(
                                "0",
                                "12",
                                "-128",
                                "32767",
                                "-8388608",
                                "8388607",
                                "-2147483648",
                                "-9223372036854775808"));
        List<String> entries = new ArrayList<>(List.of(integers));
        for (int length : new int[] {0, 1, 63, 64, 246, 247, 248, 249, 300, 16383, 16384, 20000}) {
            expected.add("x".repeat(length));
            entries.add(text("x".repeat(length)));
        }
        String all = ziplist(entries.toArray(new String[0]));
        String few = ziplist(integers);
        String read = "[" + String.join(", ", expected) + "]";
        String readFew = "[" + String.join(", ", expected.subList(0, integers.length)) + "]";
        assertEquals("OK", restore("one", LIST_ZIPLIST, string(all)));
        assertEquals(read, kv.call("LRANGE", "one", "0", "-1"));
        assertEquals("OK", restore("few", LIST_ZIPLIST, string(few)));
        assertEquals(readFew, kv.call("LRANGE", "few", "0", "-1"));
        assertEquals("OK", restore("node", LIST_ZIPLISTS, bytes(1) + string(few)));
        assertEquals(readFew, kv.call("LRANGE", "node", "0", "-1"));
        assertEquals("OK", restore("nodes", LIST_ZIPLISTS, bytes(2) + string(few) + string(all)));
        assertEquals(
                readFew.replace("]", ", ") + read.substring(1),
                kv.call("LRANGE", "nodes", "0", "-1"));
    }

    @Test
    void a_short_length_before_an_entry_may_stand_in_five_bytes() {
        String list =
                little(4, 20)
                        + little(4, 12)
                        + little(2, 2)
                        + bytes(0, 0xf2)
                        + bytes(0xfe, 2, 0, 0, 0, 1, 'b')
                        + bytes(0xff);
        assertEquals("OK", restore("l", LIST_ZIPLIST, string(list)));
        assertEquals("[1, b]", kv.call("LRANGE", "l", "0", "-1"));
    }

    @Test
    void more_entries_than_a_ziplist_can_count_are_read() {
        String[] entries = new String[70_000];
        Arrays.fill(entries, bytes(0xf2));
        assertEquals("OK", restore("l", LIST_ZIPLIST, string(ziplist(0xffff, entries))));
        assertEquals(":70000", kv.call("LLEN", "l"));
    }

    @Test
    void a_hash_of_a_ziplist_is_packed_up_to_the_limits() {
        String hash = texts("a", "1", "", "two", "12", "");
        assertEquals("OK", restore("h", HASH_ZIPLIST, string(hash)));
        assertEquals("[a, 1, , two, 12, ]", kv.call("HGETALL", "h"));
        assertEquals("listpack", kv.call("OBJECT", "ENCODING", "h"));
        kv.call("CONFIG", "SET", "hash-max-listpack-entries", "2");
        assertEquals("OK", restore("t", HASH_ZIPLIST, string(hash)));
        kv.call("CONFIG", "SET", "hash-max-listpack-entries", "512");
        assertEquals("hashtable", kv.call("OBJECT", "ENCODING", "t"));
        assertEquals("two", kv.call("HGET", "t", ""));
        assertEquals("", kv.call("HGET", "t", "12"));
    }

    @Test
    void a_hash_of_a_zipmap_is_read_with_its_unused_bytes_and_long_lengths() {
        String hash =
                bytes(3)
                        + (bytes(1) + "a" + bytes(1, 0) + "1")
                        + (bytes(2) + "bb" + bytes(2, 3) + "22???")
                        + (bytes(254) + little(4, 300) + "c".repeat(300))
                        + (bytes(254) + little(4, 254) + bytes(0) + "3".repeat(254))
                        + bytes(255);
        assertEquals("OK", restore("h", HASH_ZIPMAP, string(hash)));
        assertEquals(":3", kv.call("HLEN", "h"));
        assertEquals("[1, 22]", kv.call("HMGET", "h", "a", "bb"));
        assertEquals("3".repeat(254), kv.call("HGET", "h", "c".repeat(300)));
        String uncounted = bytes(254, 1) + "a" + bytes(1, 0) + "1" + bytes(255);
        assertEquals("OK", restore("h", HASH_ZIPMAP, string(uncounted)));
        assertEquals("[a, 1]", kv.call("HGETALL", "h"));
        assertEquals("listpack", kv.call("OBJECT", "ENCODING", "h"));
    }

    @Test
    void a_sorted_set_of_a_ziplist_has_its_scores() {
        String sorted = texts("low", "-inf", "a", "-0", "b", "0", "c", "1.5", "d", "3", "e", "inf");
        assertEquals("OK", restore("z", ZSET_ZIPLIST, string(sorted)));
        assertEquals("listpack", kv.call("OBJECT", "ENCODING", "z"));
        assertEquals(
                "[low, -inf, a, -0, b, 0, c, 1.5, d, 3, e, inf]",
                kv.call("ZRANGE", "z", "0", "-1", "WITHSCORES"));
        assertEquals("OK", restore("z", ZSET_ZIPLIST, string(texts("b", "2", "a", "1"))));
        assertEquals("[a, 1, b, 2]", kv.call("ZRANGE", "z", "0", "-1", "WITHSCORES"));
        kv.call("CONFIG", "SET", "zset-max-listpack-entries", "1");
        assertEquals("OK", restore("t", ZSET_ZIPLIST, string(sorted)));
        kv.call("CONFIG", "SET", "zset-max-listpack-entries", "128");
        assertEquals("skiplist", kv.call("OBJECT", "ENCODING", "t"));
        assertEquals("1.5", kv.call("ZSCORE", "t", "c"));
    }

    @Test
    void scores_as_text_are_read() {
        String sorted =
                bytes(4, 1, 'a', 254, 1, 'b', 255, 1, 'c', 3, '1', '.', '5')
                        + bytes(1, 'd', 4, '-', '1', 'e', '3');
        assertEquals("OK", restore("z", DumpType.ZSET, sorted));
        assertEquals(
                "[b, -inf, d, -1000, c, 1.5, a, inf]",
                kv.call("ZRANGE", "z", "0", "-1", "WITHSCORES"));
        assertEquals(BAD, restore("z", DumpType.ZSET, bytes(1, 1, 'a', 253)));
        assertEquals(BAD, restore("z", DumpType.ZSET, bytes(1, 1, 'a', 2, '1', 'x')));
        assertEquals(BAD, restore("z", DumpType.ZSET, bytes(1, 1, 'a', 0)));
    }

    // ---- What is refused

    @Test
    void what_stands_there_twice_is_refused() {
        assertEquals(BAD, restore("h", HASH_ZIPLIST, string(texts("a", "1", "a", "2"))));
        assertEquals(
                BAD,
                restore(
                        "h",
                        HASH_ZIPLIST,
                        string(ziplist(text("7"), text("1"), bytes(0xf8), text("")))));
        String twice = bytes(1) + "a" + bytes(1, 0) + "1";
        assertEquals(BAD, restore("h", HASH_ZIPMAP, string(bytes(2) + twice + twice + bytes(255))));
        assertEquals(BAD, restore("z", ZSET_ZIPLIST, string(texts("a", "1", "a", "2"))));
        kv.call("CONFIG", "SET", "hash-max-listpack-entries", "1");
        assertEquals(BAD, restore("h", HASH_ZIPLIST, string(texts("a", "1", "a", "2"))));
        kv.call("CONFIG", "SET", "hash-max-listpack-entries", "512");
        assertEquals(":0", kv.call("EXISTS", "h", "z"));
    }

    @Test
    void half_pairs_and_scores_that_are_no_numbers_are_refused() {
        assertEquals(BAD, restore("h", HASH_ZIPLIST, string(texts("a", "1", "b"))));
        assertEquals(BAD, restore("z", ZSET_ZIPLIST, string(texts("a", "1", "b"))));
        assertEquals(BAD, restore("z", ZSET_ZIPLIST, string(texts("a", "nan"))));
        assertEquals(BAD, restore("z", ZSET_ZIPLIST, string(texts("a", ""))));
    }

    @Test
    void a_collection_without_elements_is_refused() {
        assertEquals(BAD, restore("k", LIST_ZIPLIST, string(ziplist())));
        assertEquals(BAD, restore("k", HASH_ZIPLIST, string(ziplist())));
        assertEquals(BAD, restore("k", ZSET_ZIPLIST, string(ziplist())));
        assertEquals(BAD, restore("k", HASH_ZIPMAP, string(bytes(0, 255))));
        assertEquals(BAD, restore("k", LIST_ZIPLISTS, bytes(0)));
        assertEquals(BAD, restore("k", LIST_ZIPLISTS, bytes(2) + string(ziplist()).repeat(2)));
        for (int type : new int[] {DumpType.LIST, DumpType.SET, DumpType.ZSET, DumpType.HASH}) {
            assertEquals(BAD, restore("k", type, bytes(0)));
        }
        assertEquals(
                "OK",
                restore("k", LIST_ZIPLISTS, bytes(2) + string(ziplist()) + string(texts("a"))));
        assertEquals("[a]", kv.call("LRANGE", "k", "0", "-1"));
    }

    @Test
    void whatever_byte_is_changed_a_value_is_refused_or_whole() {
        String list =
                bytes(1) + string(ziplist(text("abc"), bytes(0xc0, 1, 1), text("d".repeat(70))));
        String hash = string(texts("a", "1", "b", "2"));
        String map =
                string(bytes(2, 1) + "a" + bytes(1, 1) + "1?" + bytes(1) + "b" + bytes(0, 0, 255));
        spoil(LIST_ZIPLISTS, "list", list);
        spoil(LIST_ZIPLIST, "list", list.substring(1));
        spoil(HASH_ZIPLIST, "hash", hash);
        spoil(ZSET_ZIPLIST, "zset", hash);
        spoil(HASH_ZIPMAP, "hash", map);
    }

    private static void spoil(int type, String name, String value) {
        assertEquals("OK", restore("k", type, value));
        for (int length = 0; length < value.length(); length++) {
            assertEquals(BAD, restore("k", type, value.substring(0, length)), "cut at " + length);
        }
        int refused = 0;
        for (int at = 0; at < value.length(); at++) {
            for (int change = 1; change < 256; change++) {
                StringBuilder changed = new StringBuilder(value);
                changed.setCharAt(at, (char) (value.charAt(at) ^ change));
                if (restore("k", type, changed.toString()).equals("OK")) {
                    assertEquals(name, kv.call("TYPE", "k"));
                    assertEquals(
                            "OK", kv.call("RESTORE", "back", "0", kv.call("DUMP", "k"), "REPLACE"));
                } else {
                    refused++;
                }
            }
        }
        assertTrue(refused > 0);
    }

    @Test
    void what_is_wrong_in_a_ziplist_or_zipmap_is_named_with_its_offset() {
        String good = texts("a", "bc");
        assertWrong(
                LIST_ZIPLIST,
                good + "?",
                "a ziplist, at its offset 4: a length of 18 (expected: 19)");
        assertWrong(
                LIST_ZIPLIST,
                ziplist(3, text("a"), text("bc")),
                "a ziplist, at its offset 18: entries: 3 (expected: 2)");
        assertWrong(
                LIST_ZIPLIST,
                good.substring(0, 4) + little(4, 10) + good.substring(8),
                "a ziplist, at its offset 18: the last entry at 10 (expected: 13)");
        assertWrong(
                LIST_ZIPLIST,
                good.substring(0, 13) + bytes(4) + good.substring(14),
                "a ziplist, at its offset 14: bytes of the entry before: 4 (expected: 3)");
        assertWrong(
                LIST_ZIPLIST,
                ziplist(bytes(0x81, 0)),
                "a ziplist, at its offset 12: an entry of kind 129");
        assertWrong(
                LIST_ZIPLIST,
                ziplist(bytes(0x80, 0xff, 0xff, 0xff, 0xff)),
                "a ziplist, at its offset 16: 4294967295 bytes wanted (expected: <= 1)");
        assertWrong(
                HASH_ZIPMAP,
                bytes(1, 1) + "a" + bytes(255),
                "a zipmap, at its offset 4: the end where a length is expected");
        assertWrong(
                HASH_ZIPMAP,
                bytes(2, 1) + "a" + bytes(0, 0, 255),
                "a zipmap, at its offset 6: fields: 2 (expected: 1)");
        assertWrong(
                HASH_ZIPMAP,
                bytes(1, 1) + "a" + bytes(0, 0, 255, 255),
                "a zipmap, at its offset 6: bytes behind the end: 1");
    }

    private static void assertWrong(int type, String value, String message) {
        String file = "REDIS0009" + bytes(type, 1) + "k" + string(value) + bytes(255);
        BadDump bad = assertThrows(BadDump.class, () -> read(file, (at, e, t, d, l, o) -> {}));
        assertEquals(message, bad.getMessage());
        assertEquals(file.length() - 1, bad.offset());
    }

    private static void read(String file, DumpKeys.Sink sink) throws IOException {
        NativeBuffer bytes = new NativeBuffer(new Slabs(), 64);
        bytes.put(file.getBytes(StandardCharsets.ISO_8859_1));
        try {
            new DumpKeys().read(bytes.address(), bytes.length(), sink);
        } finally {
            bytes.free();
        }
    }

    @Test
    void a_value_whose_sum_is_wrong_is_restored_while_debug_says_so() {
        kv.call("SET", "s", "v");
        String dump = kv.call("DUMP", "s");
        int last = dump.length() - 1;
        String wrong = dump.substring(0, last) + (char) (dump.charAt(last) ^ 1);
        String refused = "-ERR DUMP payload version or checksum are wrong";
        assertEquals(refused, kv.call("RESTORE", "back", "0", wrong));
        kv.call("DEBUG", "SET-SKIP-CHECKSUM-VALIDATION", "1");
        assertEquals("OK", kv.call("RESTORE", "back", "0", wrong));
        kv.call("DEBUG", "SET-SKIP-CHECKSUM-VALIDATION", "0");
        assertEquals(refused, kv.call("RESTORE", "back", "0", wrong, "REPLACE"));
    }

    // ---- Files

    @Test
    void a_file_without_a_sum_and_with_expiries_in_seconds_is_read() throws IOException {
        List<String> keys = new ArrayList<>();
        DumpKeys.Sink sink =
                (key, expiresAt, type, dump, length, offset) ->
                        keys.add(key.database().index() + " " + type + " " + expiresAt);
        String file =
                bytes(0xfe, 3, 0xfd)
                        + little(4, 1_700_000_000)
                        + (bytes(HASH_ZIPMAP, 1)
                                + "h"
                                + string(bytes(1, 1) + "a" + bytes(0, 0, 255)))
                        + (bytes(DumpType.STRING, 1) + "s" + string("v"))
                        + bytes(0xff);
        for (int version = 1; version < 5; version++) {
            keys.clear();
            read("REDIS000" + version + file, sink);
            assertEquals(List.of("3 9 1700000000000", "3 0 0"), keys);
        }
        assertThrows(BadDump.class, () -> read("REDIS0005" + file, sink));
        read("REDIS0005" + file + little(8, 0), sink);
        assertThrows(BadDump.class, () -> read("REDIS0000" + file, sink));
    }

    @Test
    void collections_without_elements_are_left_out_of_a_file_and_counted() throws IOException {
        StringBuilder dump = new StringBuilder("REDIS0009" + bytes(0xfe, 0));
        for (int type : new int[] {LIST_ZIPLIST, ZSET_ZIPLIST, HASH_ZIPLIST}) {
            dump.append(bytes(type, 1) + "k" + string(ziplist()));
        }
        for (int type : new int[] {DumpType.SET, DumpType.HASH, LIST_ZIPLISTS}) {
            dump.append(bytes(0xfc) + little(8, 1) + bytes(type, 1) + "k" + bytes(0));
        }
        dump.append(bytes(DumpType.HASH_LISTPACK, 1) + "k" + string(bytes(7, 0, 0, 0, 0, 0, 255)));
        dump.append(bytes(LIST_ZIPLISTS, 1) + "k" + bytes(1) + string(texts("a")));
        dump.append(bytes(0xff)).append(little(8, 0));
        Path file = folder.resolve("dump.rdb");
        Files.writeString(file, dump, StandardCharsets.ISO_8859_1);
        assertEquals(
                new DumpLoad.Loaded(1, 0, 7),
                RdbImport.run(file, folder.resolve("data"), Clock.systemUTC(), Progress.UNSEEN));
    }
}
