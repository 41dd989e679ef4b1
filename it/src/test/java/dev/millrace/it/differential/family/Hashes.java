package dev.millrace.it.differential.family;

import static dev.millrace.it.differential.Form.form;
import static dev.millrace.it.differential.Part.INTEGER;
import static dev.millrace.it.differential.Part.KEY;
import static dev.millrace.it.differential.Part.REAL;
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

/** Hashes, in both forms and from one to the other. */
final class Hashes {
    private static final Part FIELD =
            either(
                    one(draw -> "f" + draw.below(12)),
                    one(draw -> "f" + draw.below(12)),
                    one(draw -> "" + draw.below(20)),
                    VALUE);

    /** Long enough, now and then, that the hash is a table. */
    private static final Part LONG = one(draw -> draw.text(draw.chance(10) ? 70 : 10));

    private static final Part COUNT =
            either(
                    one(draw -> "" + (draw.below(12) - 4)),
                    oneOf("0", "-9223372036854775808", "9223372036854775807", "abc", ""));

    /** As many fields as there can be: the answer is every field, in some order. */
    private static final Part PLENTY = oneOf("1000", "9223372036854775807");

    /** A count that takes all of it in one step: what one takes of a part is each server's own. */
    private static final Part SCAN_OPTIONS =
            shuffled(
                    maybe(word("MATCH"), oneOf("*", "f*", "?", "[0-9]*", "")),
                    all(word("COUNT"), oneOf("1000", "10000")));

    private static final Part WRONG_SCAN_OPTIONS = oneOf("COUNT", "MATCH", "TYPE", "0", "");

    static final Family FAMILY =
            Family.of(
                    "hash",
                    form("HSET", KEY, times(1, 4, FIELD, either(VALUE, LONG))),
                    form("HSET", KEY, times(1, 4, FIELD, either(VALUE, LONG))),
                    form("HSET", KEY, FIELD, either(INTEGER, REAL)),
                    form("HMSET", KEY, times(1, 3, FIELD, VALUE)),
                    form("HSETNX", KEY, FIELD, either(VALUE, LONG)),
                    form("HGET", KEY, FIELD),
                    form("HMGET", KEY, times(1, 4, FIELD)),
                    form("HGETALL", KEY).compared(Comparison.PAIRS),
                    form("HKEYS", KEY).compared(Comparison.UNORDERED),
                    form("HVALS", KEY).compared(Comparison.UNORDERED),
                    form("HLEN", KEY),
                    form("HSTRLEN", KEY, FIELD),
                    form("HEXISTS", KEY, FIELD),
                    form("HDEL", KEY, times(1, 4, FIELD)),
                    form("HINCRBY", KEY, FIELD, INTEGER),
                    form("HINCRBYFLOAT", KEY, FIELD, REAL),
                    form("HRANDFIELD", KEY, maybe(COUNT)).compared(Comparison.SAME_SIZE),
                    form("HRANDFIELD", KEY, COUNT, word("WITHVALUES"))
                            .compared(Comparison.SAME_SIZE),
                    form("HRANDFIELD", KEY, PLENTY).compared(Comparison.UNORDERED),
                    form("HRANDFIELD", KEY, PLENTY, word("WITHVALUES"))
                            .compared(Comparison.SAME_SIZE),
                    form("HSCAN", KEY, word("0"), SCAN_OPTIONS)
                            .compared(Comparison.SCANNED)
                            .intact(),
                    form("HSCAN", KEY, word("0"), WRONG_SCAN_OPTIONS).intact(),
                    form("HSCAN", KEY, word("0"), word("COUNT"), oneOf("0", "-1", "abc")).intact(),
                    form("TYPE", KEY),
                    form("OBJECT ENCODING", KEY).compared(Comparison.ENCODING),
                    form("COPY", KEY, KEY, maybe(word("REPLACE"))),
                    form("RENAME", KEY, KEY),
                    form("EXPIRE", KEY, SECONDS),
                    form("SET", KEY, VALUE),
                    form("DEL", KEY));

    private Hashes() {}
}
