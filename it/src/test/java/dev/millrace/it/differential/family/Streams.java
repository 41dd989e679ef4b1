package dev.millrace.it.differential.family;

import static dev.millrace.it.differential.Form.form;
import static dev.millrace.it.differential.Part.INTEGER;
import static dev.millrace.it.differential.Part.KEY;
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
import dev.millrace.it.differential.Draw;
import dev.millrace.it.differential.Family;
import dev.millrace.it.differential.Form;
import dev.millrace.it.differential.Part;

import java.util.List;

/** Streams and their groups. IDs are few, so that commands meet; no server chooses any. */
final class Streams {
    private static final Part ID = one(Streams::id);
    private static final Part END =
            either(ID, one(draw -> "(" + id(draw)), oneOf("-", "+", "-", "+"));
    private static final Part GROUP = oneOf("g", "g", "g", "h", "7", "nobody");
    private static final Part CONSUMER = oneOf("a", "b", "12", "c".repeat(70));
    private static final Part NAME = either(oneOf("f", "f", "f", "g", "12"), VALUE);
    private static final Part COUNT = maybe(all(word("COUNT"), one(Streams::few)));
    private static final Part IDLE = oneOf("0", "0", "0", "100000000", "-5", "x");
    private static final Part READ = maybe(all(word("ENTRIESREAD"), one(Streams::few)));
    private static final Part TRIM =
            all(
                    either(
                            all(word("MAXLEN"), maybe(oneOf("~", "=")), one(Streams::few)),
                            all(word("MINID"), maybe(oneOf("~", "=")), ID)),
                    maybe(all(word("LIMIT"), one(Streams::few))));
    private static final Part NEW = oneOf(">", ">", ">", "0", "$", "5-1");
    private static final Form ADD =
            form(
                    "XADD",
                    KEY,
                    maybe(TRIM),
                    maybe(word("NOMKSTREAM")),
                    either(ID, ID, one(draw -> ms(draw) + "-*")),
                    times(1, 3, NAME, VALUE));
    private static final Form READ_GROUP =
            form(
                    "XREADGROUP",
                    word("GROUP"),
                    GROUP,
                    CONSUMER,
                    shuffled(COUNT, maybe(word("NOACK"))),
                    word("STREAMS"),
                    either(all(KEY, NEW), all(KEY, NEW), all(KEY, KEY, NEW, NEW)));
    private static final Form CREATE =
            form(
                    "XGROUP CREATE",
                    KEY,
                    GROUP,
                    either(oneOf("0", "$"), ID),
                    shuffled(maybe(word("MKSTREAM")), READ));

    static final Family FAMILY =
            Family.of(
                    "stream",
                    ADD,
                    ADD,
                    ADD,
                    ADD,
                    ADD,
                    ADD,
                    form("XTRIM", KEY, TRIM),
                    form("XDEL", KEY, times(1, 4, ID)),
                    form("XDEL", KEY, times(1, 4, ID)),
                    form("XLEN", KEY),
                    form("XRANGE", KEY, END, END, COUNT),
                    form("XREVRANGE", KEY, END, END, COUNT),
                    form(
                            "XREAD",
                            COUNT,
                            word("STREAMS"),
                            either(
                                    all(KEY, either(ID, oneOf("$", "0"))),
                                    all(KEY, KEY, ID, either(ID, oneOf("$", ">"))))),
                    form(
                            "XSETID",
                            KEY,
                            ID,
                            shuffled(
                                    maybe(all(word("ENTRIESADDED"), one(Streams::few))),
                                    maybe(all(word("MAXDELETEDID"), ID)))),
                    CREATE,
                    CREATE,
                    form("XGROUP SETID", KEY, GROUP, either(oneOf("0", "$", "-"), ID), READ),
                    form("XGROUP DESTROY", KEY, GROUP),
                    form("XGROUP CREATECONSUMER", KEY, GROUP, CONSUMER),
                    form("XGROUP DELCONSUMER", KEY, GROUP, CONSUMER),
                    READ_GROUP,
                    READ_GROUP,
                    READ_GROUP,
                    READ_GROUP,
                    form("XACK", KEY, GROUP, times(1, 4, ID)),
                    form("XACK", KEY, GROUP, times(1, 4, ID)),
                    form("XPENDING", KEY, GROUP),
                    form(
                                    "XPENDING",
                                    KEY,
                                    GROUP,
                                    maybe(all(word("IDLE"), IDLE)),
                                    END,
                                    END,
                                    one(Streams::few),
                                    maybe(CONSUMER))
                            .compared(Comparison.TIMED),
                    form(
                            "XCLAIM",
                            KEY,
                            GROUP,
                            CONSUMER,
                            IDLE,
                            times(1, 3, ID),
                            shuffled(
                                    maybe(word("FORCE")),
                                    maybe(word("JUSTID")),
                                    maybe(all(word("RETRYCOUNT"), INTEGER)),
                                    maybe(all(word("TIME"), oneOf("1", "12345"))),
                                    maybe(all(word("LASTID"), ID)))),
                    form(
                            "XAUTOCLAIM",
                            KEY,
                            GROUP,
                            CONSUMER,
                            IDLE,
                            END,
                            shuffled(COUNT, maybe(word("JUSTID")))),
                    form("XINFO STREAM", KEY),
                    form("XINFO STREAM", KEY, word("FULL"), COUNT).compared(Comparison.TIMED),
                    form("XINFO GROUPS", KEY),
                    form("XINFO CONSUMERS", KEY, GROUP).compared(Comparison.TIMED),
                    form("XINFO HELP"),
                    form("XGROUP HELP"),
                    form("CONFIG SET stream-node-max-entries", oneOf("3", "10", "100")).intact(),
                    form("DEL", KEY),
                    form("RENAME", KEY, KEY),
                    form("COPY", KEY, KEY, maybe(word("REPLACE"))),
                    form("SET", KEY, VALUE));

    private Streams() {}

    private static String ms(Draw draw) {
        return "" + draw.below(40);
    }

    private static String few(Draw draw) {
        return draw.chance(8) ? draw.integer() : "" + draw.below(12);
    }

    private static String id(Draw draw) {
        return switch (draw.below(12)) {
            case 0 -> ms(draw);
            case 1 ->
                    draw.of(
                            List.of(
                                    "0-0",
                                    "18446744073709551615-18446744073709551615",
                                    "9999999999999999999-9223372036854775808",
                                    "18446744073709551616",
                                    "+5",
                                    " 5-007",
                                    "1-",
                                    "-1",
                                    "1--1",
                                    "",
                                    "abc"));
            default -> ms(draw) + "-" + draw.below(4);
        };
    }
}
