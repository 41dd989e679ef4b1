package dev.millrace.it.differential.family;

import static dev.millrace.it.differential.Form.form;
import static dev.millrace.it.differential.Part.INTEGER;
import static dev.millrace.it.differential.Part.KEY;
import static dev.millrace.it.differential.Part.SECONDS;
import static dev.millrace.it.differential.Part.VALUE;
import static dev.millrace.it.differential.Part.either;
import static dev.millrace.it.differential.Part.maybe;
import static dev.millrace.it.differential.Part.one;
import static dev.millrace.it.differential.Part.oneOf;
import static dev.millrace.it.differential.Part.shuffled;
import static dev.millrace.it.differential.Part.times;
import static dev.millrace.it.differential.Part.word;

import dev.millrace.it.differential.Family;
import dev.millrace.it.differential.Part;

/** SORT, of sets whose order is told by other keys and by fields of hashes. */
final class Sorting {
    /**
     * None that is beyond a double: Redis keeps C's errno from one command to the next, and refuses
     * the numbers after it.
     */
    private static final Part REAL = one(draw -> draw.real().replace("1e5000", "1e50"));

    private static final Part NUMBER = one(draw -> "" + draw.below(12));
    private static final Part WEIGHT = either(NUMBER, REAL, oneOf("x", "", " 1", "0x10", "inf"));
    private static final Part PATTERN = oneOf("w*", "w*", "h*->f", "h*->", "#", "w1", "*", "x*y");

    /** A tie is settled by the element, unless words are compared: then any order is right. */
    private static final Part OPTIONS =
            shuffled(
                    maybe(word("BY"), oneOf("w*", "h*->f", "none*")),
                    maybe(word("LIMIT"), INTEGER, INTEGER),
                    times(0, 2, word("GET"), PATTERN),
                    maybe(either(word("ASC"), word("DESC"))));

    static final Family FAMILY =
            Family.of(
                    "sorting",
                    form("SADD", KEY, times(1, 8, NUMBER)),
                    form("SADD", KEY, times(1, 8, NUMBER)),
                    form("SADD", KEY, times(1, 2, either(NUMBER, REAL, VALUE))),
                    form("SET", one(draw -> "w" + draw.below(12)), WEIGHT),
                    form("SET", one(draw -> "w" + draw.below(12)), NUMBER),
                    form("HSET", one(draw -> "h" + draw.below(12)), word("f"), NUMBER),
                    form("DEL", one(draw -> "wh".charAt(draw.below(2)) + "" + draw.below(12))),
                    form("SORT", KEY, OPTIONS),
                    form("SORT", KEY, OPTIONS),
                    form("SORT", KEY, word("ALPHA"), maybe(word("DESC"))),
                    form("SORT", KEY, OPTIONS, word("STORE"), KEY),
                    form("SORT_RO", KEY, OPTIONS),
                    form("SREM", KEY, times(1, 4, NUMBER)),
                    form("TYPE", KEY),
                    form("EXPIRE", KEY, SECONDS),
                    form("DEL", KEY));

    private Sorting() {}
}
