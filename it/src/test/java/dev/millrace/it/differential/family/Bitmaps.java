package dev.millrace.it.differential.family;

import static dev.millrace.it.differential.Form.form;
import static dev.millrace.it.differential.Part.INDEX;
import static dev.millrace.it.differential.Part.INTEGER;
import static dev.millrace.it.differential.Part.KEY;
import static dev.millrace.it.differential.Part.VALUE;
import static dev.millrace.it.differential.Part.all;
import static dev.millrace.it.differential.Part.either;
import static dev.millrace.it.differential.Part.maybe;
import static dev.millrace.it.differential.Part.one;
import static dev.millrace.it.differential.Part.oneOf;
import static dev.millrace.it.differential.Part.times;
import static dev.millrace.it.differential.Part.word;

import dev.millrace.it.differential.Draw;
import dev.millrace.it.differential.Family;
import dev.millrace.it.differential.Part;

import java.util.List;

/** Strings as rows of bits. */
final class Bitmaps {
    private static final Part BIT =
            one(
                    draw ->
                            draw.chance(90)
                                    ? "" + draw.below(2)
                                    : draw.of(List.of("2", "-1", "01", "abc", "")));
    private static final Part BIT_OFFSET =
            either(
                    one(draw -> "" + draw.below(80)),
                    one(draw -> "" + draw.below(80)),
                    one(draw -> "" + draw.below(80)),
                    one(draw -> "" + draw.below(10_000)),
                    oneOf("4294967296", "-1", "9223372036854775807", "abc", "", "1.0"));
    private static final Part UNIT = either(word("BYTE"), word("BIT"), word("BYTES"));
    private static final Part KIND = one(Bitmaps::kind);
    private static final Part FIELD_OFFSET = one(Bitmaps::fieldOffset);
    private static final Part AMOUNT =
            either(INTEGER, oneOf("255", "-128", "65536", "9223372036854775807"));
    private static final Part OVERFLOW =
            all(word("OVERFLOW"), oneOf("WRAP", "sat", "Fail", "wrap", "NONE"));

    private static final Part GET = all(word("GET"), KIND, FIELD_OFFSET);
    private static final Part SET = all(word("SET"), KIND, FIELD_OFFSET, AMOUNT);
    private static final Part INCRBY = all(word("INCRBY"), KIND, FIELD_OFFSET, AMOUNT);

    static final Family FAMILY =
            Family.of(
                    "bitmap",
                    form("SETBIT", KEY, BIT_OFFSET, BIT),
                    form("SETBIT", KEY, BIT_OFFSET, BIT),
                    form("GETBIT", KEY, BIT_OFFSET),
                    form("SET", KEY, VALUE),
                    form("SET", KEY, one(draw -> draw.bytes(draw.below(300)))),
                    form("BITCOUNT", KEY),
                    form("BITCOUNT", KEY, INDEX, INDEX, maybe(UNIT)),
                    form("BITPOS", KEY, BIT, maybe(INDEX, maybe(INDEX, maybe(UNIT)))),
                    form("BITPOS", KEY, BIT, INDEX, INDEX, UNIT),
                    form("BITOP", oneOf("AND", "or", "Xor"), KEY, times(1, 3, KEY)),
                    form("BITOP", oneOf("NOT", "not", "nand"), KEY, times(1, 2, KEY)),
                    form("BITFIELD", KEY, times(0, 4, either(GET, SET, INCRBY, OVERFLOW))),
                    form("BITFIELD", KEY, OVERFLOW, times(1, 3, either(SET, INCRBY))),
                    form("BITFIELD_RO", KEY, times(0, 3, GET)),
                    form("BITFIELD_RO", KEY, GET, maybe(SET)),
                    form("GET", KEY),
                    form("STRLEN", KEY),
                    form("DEL", KEY));

    private Bitmaps() {}

    private static String kind(Draw draw) {
        if (draw.chance(8)) {
            return draw.of(
                    List.of("u64", "i65", "u0", "i0", "u", "x8", "", "8", "u-1", "U8", "u08"));
        }
        return draw.chance(50) ? "u" + (1 + draw.below(63)) : "i" + (1 + draw.below(64));
    }

    private static String fieldOffset(Draw draw) {
        if (draw.chance(6)) {
            return draw.of(
                    List.of(
                            "-1",
                            "#-1",
                            "abc",
                            "#",
                            "",
                            "4294967296",
                            "9223372036854775807",
                            "#9223372036854775807"));
        }
        return (draw.chance(40) ? "#" : "") + draw.below(draw.chance(90) ? 60 : 1_000);
    }
}
