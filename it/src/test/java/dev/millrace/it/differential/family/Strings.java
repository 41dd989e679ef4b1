package dev.millrace.it.differential.family;

import static dev.millrace.it.differential.Form.form;
import static dev.millrace.it.differential.Part.INDEX;
import static dev.millrace.it.differential.Part.INTEGER;
import static dev.millrace.it.differential.Part.KEY;
import static dev.millrace.it.differential.Part.MILLIS;
import static dev.millrace.it.differential.Part.MILLI_OF_EPOCH;
import static dev.millrace.it.differential.Part.OFFSET;
import static dev.millrace.it.differential.Part.REAL;
import static dev.millrace.it.differential.Part.SECONDS;
import static dev.millrace.it.differential.Part.SECOND_OF_EPOCH;
import static dev.millrace.it.differential.Part.VALUE;
import static dev.millrace.it.differential.Part.all;
import static dev.millrace.it.differential.Part.either;
import static dev.millrace.it.differential.Part.maybe;
import static dev.millrace.it.differential.Part.one;
import static dev.millrace.it.differential.Part.shuffled;
import static dev.millrace.it.differential.Part.times;
import static dev.millrace.it.differential.Part.word;

import dev.millrace.it.differential.Comparison;
import dev.millrace.it.differential.Family;
import dev.millrace.it.differential.Part;

/** All string commands of Redis 7.0. */
final class Strings {
    private static final Part LIFETIME =
            either(
                    all(word("EX"), SECONDS),
                    all(word("PX"), MILLIS),
                    all(word("EXAT"), SECOND_OF_EPOCH),
                    all(word("PXAT"), MILLI_OF_EPOCH));

    /** Texts that share parts, as LCS wants them. */
    private static final Part TEXT = one(draw -> draw.text(draw.below(30)));

    static final Family FAMILY =
            Family.of(
                    "string",
                    form("SET", KEY, VALUE),
                    form("SET", KEY, TEXT),
                    form("SET", KEY, INTEGER),
                    form(
                            "SET",
                            KEY,
                            VALUE,
                            shuffled(
                                    maybe(either(word("NX"), word("XX"))),
                                    maybe(word("GET")),
                                    maybe(either(LIFETIME, word("KEEPTTL"))))),
                    form(
                            "SET",
                            KEY,
                            VALUE,
                            times(
                                    0,
                                    3,
                                    either(
                                            word("NX"),
                                            word("XX"),
                                            word("GET"),
                                            word("KEEPTTL"),
                                            LIFETIME))),
                    form("GET", KEY),
                    form("GET", KEY),
                    form("GETSET", KEY, VALUE),
                    form("GETDEL", KEY),
                    form("GETEX", KEY, maybe(either(LIFETIME, word("PERSIST")))),
                    form(
                            "GETEX",
                            KEY,
                            times(0, 2, either(LIFETIME, word("PERSIST"), word("KEEPTTL")))),
                    form("SETNX", KEY, VALUE),
                    form("SETEX", KEY, SECONDS, VALUE),
                    form("PSETEX", KEY, MILLIS, VALUE),
                    form("APPEND", KEY, VALUE),
                    form("STRLEN", KEY),
                    form("SETRANGE", KEY, OFFSET, VALUE),
                    form("GETRANGE", KEY, INDEX, INDEX),
                    form("SUBSTR", KEY, INDEX, INDEX),
                    form("INCR", KEY),
                    form("DECR", KEY),
                    form("INCRBY", KEY, INTEGER),
                    form("DECRBY", KEY, INTEGER),
                    form("INCRBYFLOAT", KEY, REAL),
                    form("MGET", times(1, 4, KEY)),
                    form("MSET", times(1, 4, KEY, VALUE)),
                    form("MSETNX", times(1, 3, KEY, VALUE)),
                    form(
                            "LCS",
                            KEY,
                            KEY,
                            shuffled(
                                    maybe(word("IDX")),
                                    maybe(word("LEN")),
                                    maybe(word("MINMATCHLEN"), INTEGER),
                                    maybe(word("WITHMATCHLEN")))),
                    form("LCS", KEY, KEY, word("IDX"), maybe(word("WITHMATCHLEN"))),
                    form("PTTL", KEY).compared(Comparison.MILLIS),
                    form("OBJECT ENCODING", KEY).compared(Comparison.ENCODING));

    private Strings() {}
}
