package dev.millrace.kv.packed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;

/** Against a list of strings. */
class ListpackTest {
    private final NativeBuffer memory = new NativeBuffer(1 << 20);
    private final long pack = memory.address();
    private final NativeBuffer value = new NativeBuffer(1 << 17);
    private final Element element = new Element();
    private final List<String> model = new ArrayList<>();

    ListpackTest() {
        Listpack.init(pack);
    }

    private int put(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        value.clear();
        value.put(bytes);
        return bytes.length;
    }

    private void insert(int index, String text) {
        int length = put(text);
        long at = index == model.size() ? Listpack.end(pack) : Listpack.at(pack, index);
        Listpack.insert(pack, at, value.address(), length);
        model.add(index, text);
    }

    private String read(long at) {
        Listpack.read(at, element);
        assertEquals(element.length(), Listpack.length(at));
        return new String(
                Memory.bytes(element.address(), element.length()), StandardCharsets.ISO_8859_1);
    }

    private void check() {
        assertEquals("", Listpack.check(pack, Listpack.bytes(pack)));
        assertEquals(model.size(), Listpack.count(pack));
        List<String> forth = new ArrayList<>();
        for (long at = Listpack.first(pack); !Listpack.isEnd(at); at = Listpack.next(at)) {
            forth.add(read(at));
        }
        assertEquals(model, forth);
        List<String> back = new ArrayList<>();
        for (long at = Listpack.end(pack); at != Listpack.first(pack); ) {
            at = Listpack.previous(at);
            back.addFirst(read(at));
        }
        assertEquals(model, back);
    }

    private static String text(SplittableRandom random) {
        return switch (random.nextInt(8)) {
            case 0 -> "";
            case 1 -> Long.toString(random.nextLong() >> random.nextInt(64));
            case 2 -> Long.toString(random.nextInt(-5000, 5000));
            case 3 -> "0" + random.nextInt(100);
            case 4 -> "x".repeat(random.nextInt(60, 130));
            case 5 -> "y".repeat(random.nextInt(4000, 4200));
            case 6 -> random.nextInt(200) == 0 ? "z".repeat(70_000) : "-";
            default -> "field:" + random.nextInt(1000);
        };
    }

    @Test
    void it_is_a_list() {
        Seeds.each(
                200,
                random -> {
                    Listpack.init(pack);
                    model.clear();
                    for (int i = 0; i < 60; i++) {
                        change(random);
                    }
                    check();
                });
    }

    private void change(SplittableRandom random) {
        int choice = random.nextInt(5);
        if (model.isEmpty() || choice <= 1) {
            insert(random.nextInt(model.size() + 1), text(random));
            return;
        }
        int index = random.nextInt(model.size());
        if (choice == 2) {
            String text = text(random);
            int length = put(text);
            Listpack.replace(pack, Listpack.at(pack, index), value.address(), length);
            model.set(index, text);
        } else if (choice == 3) {
            int count = random.nextInt(Math.min(4, model.size() - index) + 1);
            Listpack.delete(pack, Listpack.at(pack, index - model.size()), count);
            model.subList(index, index + count).clear();
        } else {
            int length = put(model.get(index));
            long found = Listpack.find(Listpack.first(pack), value.address(), length, 1);
            assertEquals(Listpack.at(pack, model.indexOf(model.get(index))), found);
            assertTrue(Listpack.is(found, value.address(), length));
        }
    }

    /** Bytes as Redis 7.0 writes them: its DUMP of a hash with these fields and values. */
    @Test
    void the_bytes_are_those_of_the_specification() {
        for (String text : List.of("a", "1", "-1", "4095", "-4096", "4096", "40000", "-8388608")) {
            insert(model.size(), text);
        }
        insert(model.size(), "8388608");
        insert(model.size(), "9223372036854775807");
        insert(model.size(), "z".repeat(64));
        String expected =
                "816102" // a
                        + "0101"
                        + "dfff02"
                        + "cfff02"
                        + "d00002"
                        + "f1001003"
                        + "f2409c0004"
                        + "f200008004"
                        + "f30000800005"
                        + "f4ffffffffffffff7f09"
                        + "e040"
                        + "7a".repeat(64)
                        + "42";
        int bytes = 7 + expected.length() / 2;
        byte[] header = {(byte) bytes, 0, 0, 0, 11, 0};
        assertArrayEquals(
                HexFormat.of().parseHex(HexFormat.of().formatHex(header) + expected + "ff"),
                Memory.bytes(pack, Listpack.bytes(pack)));
    }

    @Test
    void more_than_65535_elements_are_counted_one_by_one() {
        for (int i = 0; i < 65_600; i++) {
            int length = put(Integer.toString(i & 63));
            Listpack.append(pack, value.address(), length);
            model.add(Integer.toString(i & 63));
        }
        check();
        for (int i = 0; i < 100; i++) {
            Listpack.delete(pack, Listpack.first(pack), 1);
            model.removeFirst();
        }
        check();
    }

    @Test
    void a_foreign_one_is_either_refused_or_can_be_walked() {
        Seeds.each(
                2000,
                random -> {
                    Listpack.init(pack);
                    model.clear();
                    for (int i = random.nextInt(8); i >= 0; i--) {
                        insert(model.size(), random.nextInt(3) == 0 ? "abc" : text(random));
                    }
                    int bytes = Listpack.bytes(pack);
                    for (int i = random.nextInt(1, 3); i > 0; i--) {
                        Memory.putByte(pack + random.nextInt(bytes), random.nextInt(256));
                    }
                    if (Listpack.check(pack, bytes).isEmpty()) {
                        int walked = 0;
                        long at = Listpack.first(pack);
                        for (; !Listpack.isEnd(at); at = Listpack.next(at)) {
                            read(at);
                            walked++;
                        }
                        assertEquals(Listpack.end(pack), at);
                        assertEquals(walked, Listpack.count(pack));
                    }
                });
    }

    @Test
    void a_truncated_one_is_refused() {
        insert(0, "abc");
        insert(1, "y".repeat(5000));
        int bytes = Listpack.bytes(pack);
        for (int length = 0; length < bytes; length++) {
            assertNotEquals("", Listpack.check(pack, length));
        }
    }
}
