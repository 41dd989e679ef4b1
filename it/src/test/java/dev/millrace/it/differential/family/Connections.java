package dev.millrace.it.differential.family;

import static dev.millrace.it.differential.Form.form;
import static dev.millrace.it.differential.Part.KEY;
import static dev.millrace.it.differential.Part.VALUE;
import static dev.millrace.it.differential.Part.maybe;
import static dev.millrace.it.differential.Part.oneOf;
import static dev.millrace.it.differential.Part.shuffled;
import static dev.millrace.it.differential.Part.times;
import static dev.millrace.it.differential.Part.word;

import dev.millrace.it.differential.Comparison;
import dev.millrace.it.differential.Family;
import dev.millrace.it.differential.Part;

/** What a connection says of itself. */
final class Connections {
    private static final Part NAME =
            oneOf("worker", "", "with space", "new\nline", "a-b_c", "\u00e9", "x".repeat(100));

    static final Family FAMILY =
            Family.of(
                    "connection",
                    form("PING", maybe(VALUE)),
                    form("ECHO", VALUE),
                    form("SELECT", oneOf("0", "1", "15", "16", "-1", "abc", "")),
                    form(
                                    "HELLO",
                                    maybe(
                                            oneOf("2", "3", "3", "1", "4", "abc", "", "-3"),
                                            shuffled(
                                                    maybe(word("SETNAME"), NAME),
                                                    maybe(
                                                            word("AUTH"),
                                                            oneOf("default", "bob"),
                                                            VALUE))))
                            .compared(Comparison.HELLO),
                    form("CLIENT SETNAME", NAME),
                    form("CLIENT GETNAME"),
                    form("CLIENT ID").compared(Comparison.SAME_KIND),
                    form("CLIENT INFO").compared(Comparison.SAME_KIND),
                    form("CLIENT NO-EVICT", oneOf("on", "OFF", "maybe")),
                    form("CLIENT GETREDIR"),
                    form("CLIENT TRACKINGINFO"),
                    form("CLIENT KILL", oneOf("127.0.0.1:1", "nonsense", "")),
                    form("CLIENT KILL ID", oneOf("999999999", "abc", "-1", "0")),
                    form("CLIENT LIST ID", oneOf("999999999", "abc", "-1")),
                    form("CLIENT LIST TYPE", oneOf("pubsub", "replica", "nosuch")),
                    form(
                            "CLIENT UNBLOCK",
                            oneOf("999999999", "abc"),
                            maybe(oneOf("TIMEOUT", "error", "no"))),
                    form("CLIENT UNPAUSE"),
                    form(
                            "CLIENT PAUSE",
                            oneOf("0", "-1", "abc"),
                            maybe(oneOf("write", "ALL", "no"))),
                    form("CLIENT REPLY", oneOf("ON", "on", "maybe")),
                    form("CLIENT"),
                    form("CLIENT HELP"),
                    form("CLIENT NOSUCH"),
                    form("AUTH", times(1, 2, VALUE)),
                    form("RESET"),
                    form("SET", KEY, VALUE),
                    form("GET", KEY),
                    form("COMMAND COUNT").compared(Comparison.SAME_KIND),
                    form(
                            "COMMAND GETKEYS",
                            oneOf("GET", "get", "PING", "nosuch"),
                            times(0, 2, KEY)),
                    form("COMMAND GETKEYS MSET", times(1, 3, KEY, VALUE)),
                    form("COMMAND GETKEYS BITOP", oneOf("AND"), times(1, 4, KEY)),
                    form("COMMAND GETKEYS SET", KEY, VALUE),
                    form("COMMAND GETKEYSANDFLAGS SET", KEY, VALUE, maybe(word("GET"))),
                    form("COMMAND INFO", oneOf("nosuch", "GETX")).compared(Comparison.SAME_KIND),
                    form(
                                    "COMMAND LIST FILTERBY",
                                    oneOf("PATTERN", "NOSUCH"),
                                    oneOf("xget", "setr*"))
                            .compared(Comparison.UNORDERED),
                    form("COMMAND HELP"),
                    form("CONFIG GET").intact(),
                    form("CONFIG GET", oneOf("databases", "nosuchsetting", "DATABASES")).intact(),
                    form("CONFIG SET", oneOf("nosuchsetting", "databases"), VALUE),
                    form("CONFIG"),
                    form("CONFIG NOSUCH"),
                    form("MULTI"),
                    form("DISCARD"),
                    form("WATCH", KEY),
                    form("QUIT"));

    private Connections() {}
}
