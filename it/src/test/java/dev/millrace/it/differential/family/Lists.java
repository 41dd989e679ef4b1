package dev.millrace.it.differential.family;

import static dev.millrace.it.differential.Form.form;
import static dev.millrace.it.differential.Part.INDEX;
import static dev.millrace.it.differential.Part.KEY;
import static dev.millrace.it.differential.Part.either;
import static dev.millrace.it.differential.Part.maybe;
import static dev.millrace.it.differential.Part.oneOf;
import static dev.millrace.it.differential.Part.shuffled;
import static dev.millrace.it.differential.Part.times;
import static dev.millrace.it.differential.Part.word;

import dev.millrace.it.differential.Family;
import dev.millrace.it.differential.Part;

/**
 * Commands on lists. Elements are few, so that they are found again. Blocking commands are given a
 * time that is soon over: what they do when something comes is {@code unit/type/list}'s.
 */
final class Lists {
    private static final Part ELEMENT =
            oneOf("a", "b", "c", "", "1", "-5", "100000", "01", "x".repeat(70), "y".repeat(5000));
    private static final Part END = either(word("LEFT"), word("RIGHT"));
    private static final Part COUNT =
            oneOf("0", "1", "2", "3", "1000", "-1", "-2", "-9223372036854775808", "abc");
    private static final Part NUMKEYS = oneOf("1", "2", "2", "2", "0", "9223372036854775807");

    static final Family FAMILY =
            Family.of(
                    "lists",
                    form("LPUSH", KEY, times(1, 4, ELEMENT)),
                    form("RPUSH", KEY, times(1, 4, ELEMENT)),
                    form("RPUSH", KEY, times(1, 40, ELEMENT)),
                    form("LPUSHX", KEY, times(1, 3, ELEMENT)),
                    form("RPUSHX", KEY, times(1, 3, ELEMENT)),
                    form("LPOP", KEY, maybe(COUNT)),
                    form("RPOP", KEY, maybe(COUNT)),
                    form("LLEN", KEY),
                    form("LRANGE", KEY, INDEX, INDEX),
                    form("LRANGE", KEY, word("0"), word("-1")),
                    form("LINDEX", KEY, INDEX),
                    form("LSET", KEY, INDEX, ELEMENT),
                    form("LINSERT", KEY, either(word("BEFORE"), word("AFTER")), ELEMENT, ELEMENT),
                    form("LREM", KEY, COUNT, ELEMENT),
                    form("LTRIM", KEY, INDEX, INDEX),
                    form(
                            "LPOS",
                            KEY,
                            ELEMENT,
                            shuffled(
                                    maybe(word("RANK"), COUNT),
                                    maybe(word("COUNT"), COUNT),
                                    maybe(word("MAXLEN"), COUNT))),
                    form("LMOVE", KEY, KEY, END, END),
                    form("RPOPLPUSH", KEY, KEY),
                    form("LMPOP", NUMKEYS, KEY, KEY, END, maybe(word("COUNT"), COUNT)),
                    form("OBJECT ENCODING", KEY),
                    form("COPY", KEY, KEY, maybe(word("REPLACE"))),
                    form("RENAME", KEY, KEY),
                    form("DEL", KEY));

    private Lists() {}
}
