package dev.millrace.it.differential.family;

import static dev.millrace.it.differential.Form.form;
import static dev.millrace.it.differential.Part.KEY;
import static dev.millrace.it.differential.Part.MILLIS;
import static dev.millrace.it.differential.Part.MILLI_OF_EPOCH;
import static dev.millrace.it.differential.Part.SECONDS;
import static dev.millrace.it.differential.Part.SECOND_OF_EPOCH;
import static dev.millrace.it.differential.Part.VALUE;
import static dev.millrace.it.differential.Part.either;
import static dev.millrace.it.differential.Part.maybe;
import static dev.millrace.it.differential.Part.oneOf;
import static dev.millrace.it.differential.Part.shuffled;
import static dev.millrace.it.differential.Part.times;
import static dev.millrace.it.differential.Part.word;

import dev.millrace.it.differential.Comparison;
import dev.millrace.it.differential.Draw;
import dev.millrace.it.differential.Family;
import dev.millrace.it.differential.Form;
import dev.millrace.it.differential.Part;
import dev.millrace.it.differential.Step;

import java.util.ArrayList;
import java.util.List;

/** Commands on keys of any type. */
final class Generic {
    private static final Part WHEN =
            times(0, 2, either(word("NX"), word("XX"), word("GT"), word("LT")));
    private static final Part PATTERN =
            oneOf(
                    "*", "a", "?", "[ab]", "[^a]", "[a-c]*", "{t}*", "*:*", "key\\:*", "[", "\\",
                    "**a**", "", "*\0*");
    private static final Part DATABASE =
            oneOf(
                    "0",
                    "0",
                    "1",
                    "1",
                    "2",
                    "15",
                    "16",
                    "-1",
                    "abc",
                    "9223372036854775807",
                    "4294967296",
                    "");

    private static final List<Form> FORMS =
            List.of(
                    // A set, that there is something to speak of.
                    form("SET", KEY, VALUE),
                    form("SET", KEY, VALUE, maybe(word("EX"), SECONDS)),
                    form("MSET", times(1, 3, KEY, VALUE)),
                    form("DEL", times(1, 3, KEY)),
                    form("UNLINK", times(1, 3, KEY)),
                    form("EXISTS", times(1, 4, KEY)),
                    form("TOUCH", times(1, 4, KEY)),
                    form("EXPIRE", KEY, SECONDS, WHEN),
                    form("PEXPIRE", KEY, MILLIS, WHEN),
                    form("EXPIREAT", KEY, SECOND_OF_EPOCH, WHEN),
                    form("PEXPIREAT", KEY, MILLI_OF_EPOCH, WHEN),
                    form("TTL", KEY).compared(Comparison.SECONDS),
                    form("PTTL", KEY).compared(Comparison.MILLIS),
                    form("EXPIRETIME", KEY).compared(Comparison.SECONDS),
                    form("PEXPIRETIME", KEY).compared(Comparison.MILLIS),
                    form("PERSIST", KEY),
                    form("TYPE", KEY),
                    form("RENAME", KEY, KEY),
                    form("RENAMENX", KEY, KEY),
                    form(
                            "COPY",
                            KEY,
                            KEY,
                            shuffled(maybe(word("DB"), DATABASE), maybe(word("REPLACE")))),
                    form("MOVE", KEY, DATABASE),
                    form("DBSIZE").compared(Comparison.SAME_KIND),
                    form("KEYS", PATTERN).compared(Comparison.UNORDERED),
                    form("RANDOMKEY").compared(Comparison.SAME_KIND),
                    form("OBJECT ENCODING", KEY).compared(Comparison.ENCODING),
                    form("OBJECT REFCOUNT", KEY).compared(Comparison.SAME_KIND),
                    form("OBJECT FREQ", KEY),
                    form("OBJECT IDLETIME", KEY).compared(Comparison.SAME_KIND),
                    form("OBJECT"),
                    form("OBJECT HELP"),
                    form("OBJECT NOSUCH", KEY),
                    form("NOSUCHCOMMAND", times(0, 3, VALUE)));

    private static final List<Form> RARE =
            List.of(
                    form("FLUSHDB", maybe(oneOf("ASYNC", "sync", "now"))),
                    form("FLUSHALL", maybe(oneOf("async", "SYNC", ""))),
                    form("SWAPDB", DATABASE, DATABASE),
                    form("SELECT", DATABASE));

    private static final Part SCAN_OPTIONS =
            shuffled(
                    maybe(word("MATCH"), PATTERN),
                    maybe(word("COUNT"), oneOf("1", "2", "10", "1000", "0", "-1", "abc")),
                    maybe(word("TYPE"), oneOf("string", "STRING", "list", "nosuchtype")));

    static final Family FAMILY = new Family("generic", Generic::steps);

    private Generic() {}

    private static List<Step> steps(Draw draw) {
        if (draw.chance(3)) {
            return List.of(draw.of(RARE).step(draw, 0));
        }
        if (draw.chance(5)) {
            return List.of(scan(draw));
        }
        return List.of(draw.of(FORMS).step(draw, 0));
    }

    private static Step scan(Draw draw) {
        if (draw.chance(20)) {
            // A cursor that is none; a valid one would be the server's own.
            String cursor = draw.of(List.of("abc", "-1x", " 0", "99999999999999999999"));
            return new Step.Call(0, List.of("SCAN", cursor), Comparison.EXACT);
        }
        List<String> words = new ArrayList<>(List.of(draw.anyCase("SCAN"), "0"));
        words.addAll(SCAN_OPTIONS.words(draw));
        return new Step.Iterate(0, words, 1);
    }
}
