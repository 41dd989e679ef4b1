package dev.millrace.it.differential.family;

import static dev.millrace.it.differential.Form.form;
import static dev.millrace.it.differential.Part.KEY;
import static dev.millrace.it.differential.Part.SECONDS;
import static dev.millrace.it.differential.Part.VALUE;
import static dev.millrace.it.differential.Part.all;
import static dev.millrace.it.differential.Part.either;
import static dev.millrace.it.differential.Part.maybe;
import static dev.millrace.it.differential.Part.one;
import static dev.millrace.it.differential.Part.oneOf;
import static dev.millrace.it.differential.Part.shuffled;
import static dev.millrace.it.differential.Part.times;
import static dev.millrace.it.differential.Part.word;

import dev.millrace.it.differential.Comparison;
import dev.millrace.it.differential.Family;
import dev.millrace.it.differential.Part;

/** Sets of integers and of strings, and what is made of several of them. */
final class Sets {
    private static final Part MEMBER =
            either(
                    one(draw -> "" + draw.below(30)),
                    one(draw -> "" + draw.below(30)),
                    one(draw -> "m" + draw.below(20)),
                    one(draw -> draw.text(draw.chance(10) ? 70 : 3)),
                    VALUE);
    private static final Part NUMBER =
            one(draw -> "" + (draw.chance(90) ? draw.below(40) : 1L << draw.below(63)));

    private static final Part COUNT =
            either(
                    one(draw -> "" + (draw.below(12) - 4)),
                    oneOf("0", "-9223372036854775808", "9223372036854775807", "abc", ""));

    /** As many members as there can be: the answer is the whole set. */
    private static final Part PLENTY = oneOf("1000", "9223372036854775807");

    /** A count that takes all of it in one step: what one takes of a part is each server's own. */
    private static final Part SCAN_OPTIONS =
            shuffled(
                    maybe(word("MATCH"), oneOf("*", "m*", "?", "[0-9]*", "")),
                    all(word("COUNT"), oneOf("1000", "10000")));

    private static final Part WRONG_SCAN_OPTIONS = oneOf("COUNT", "MATCH", "TYPE", "0", "");

    static final Family FAMILY =
            Family.of(
                    "set",
                    form("SADD", KEY, times(1, 8, MEMBER)),
                    form("SADD", KEY, times(1, 8, MEMBER)),
                    form("SADD", KEY, times(1, 8, NUMBER)),
                    form("SREM", KEY, times(1, 5, MEMBER)),
                    form("SCARD", KEY),
                    form("SISMEMBER", KEY, MEMBER),
                    form("SMISMEMBER", KEY, times(1, 5, MEMBER)),
                    form("SMEMBERS", KEY).compared(Comparison.UNORDERED),
                    form("SMOVE", KEY, KEY, MEMBER),
                    form("SRANDMEMBER", KEY, maybe(COUNT)).compared(Comparison.SAME_SIZE),
                    form("SRANDMEMBER", KEY, PLENTY).compared(Comparison.UNORDERED),
                    // What is popped by chance alone would differ from then on.
                    form("SPOP", KEY, PLENTY).compared(Comparison.UNORDERED).intact(),
                    form("SPOP", KEY, oneOf("0", "-1", "abc", "")).intact(),
                    form("SINTER", times(1, 3, KEY)).compared(Comparison.UNORDERED),
                    form("SUNION", times(1, 3, KEY)).compared(Comparison.UNORDERED),
                    form("SDIFF", times(1, 3, KEY)).compared(Comparison.UNORDERED),
                    form("SINTERSTORE", KEY, times(1, 3, KEY)),
                    form("SUNIONSTORE", KEY, times(1, 3, KEY)),
                    form("SDIFFSTORE", KEY, times(1, 3, KEY)),
                    form(
                            "SINTERCARD",
                            oneOf("1", "2", "2", "3", "0", "-1", "abc"),
                            times(1, 3, KEY),
                            maybe(word("LIMIT"), oneOf("0", "1", "3", "100", "-1", "abc"))),
                    form("SSCAN", KEY, word("0"), SCAN_OPTIONS)
                            .compared(Comparison.SCANNED)
                            .intact(),
                    form("SSCAN", KEY, word("0"), WRONG_SCAN_OPTIONS).intact(),
                    form("SSCAN", KEY, word("0"), word("COUNT"), oneOf("0", "-1", "abc")).intact(),
                    form("TYPE", KEY),
                    form("OBJECT ENCODING", KEY).compared(Comparison.ENCODING),
                    form("COPY", KEY, KEY, maybe(word("REPLACE"))),
                    form("RENAME", KEY, KEY),
                    form("EXPIRE", KEY, SECONDS),
                    form("SET", KEY, VALUE),
                    form("DEL", KEY));

    private Sets() {}
}
