package dev.millrace.it.differential.family;

import static dev.millrace.it.differential.Form.form;
import static dev.millrace.it.differential.Part.KEY;
import static dev.millrace.it.differential.Part.SECONDS;
import static dev.millrace.it.differential.Part.VALUE;
import static dev.millrace.it.differential.Part.either;
import static dev.millrace.it.differential.Part.maybe;
import static dev.millrace.it.differential.Part.one;
import static dev.millrace.it.differential.Part.oneOf;
import static dev.millrace.it.differential.Part.times;
import static dev.millrace.it.differential.Part.word;

import dev.millrace.it.differential.Family;
import dev.millrace.it.differential.Part;

/** HyperLogLogs: what they count, and their bytes. */
final class HyperLogLogs {
    private static final Part ELEMENT =
            either(
                    one(draw -> "e" + draw.below(5_000)),
                    one(draw -> draw.bytes(draw.below(20))),
                    VALUE);

    private static final Part HEAD_BYTE = oneOf("H", "Y", "\0", "\2", "\u00ff");

    static final Family FAMILY =
            Family.of(
                    "hyperloglog",
                    form("PFADD", KEY, times(0, 10, ELEMENT)),
                    form("PFADD", KEY, times(0, 10, ELEMENT)),
                    form("PFADD", KEY, times(100, 500, ELEMENT)),
                    form("PFCOUNT", KEY),
                    form("PFCOUNT", times(1, 4, KEY)),
                    form("PFMERGE", KEY, times(0, 3, KEY)),
                    form("PFDEBUG", either(word("GETREG"), word("DECODE")), KEY),
                    form("PFDEBUG", either(word("ENCODING"), word("TODENSE"), word("X")), KEY),
                    form("GET", KEY),
                    // The head alone, and never so that a dense one is read as a sparse one: of one
                    // with corrupt registers Redis changes the sound ones before it refuses, and
                    // Millrace none.
                    form("SETRANGE", KEY, one(draw -> "" + draw.below(16)), HEAD_BYTE).intact(),
                    form("COPY", KEY, KEY, maybe(word("REPLACE"))),
                    form("EXPIRE", KEY, SECONDS),
                    form("SET", KEY, VALUE),
                    form("STRLEN", KEY),
                    form("DEL", KEY));

    private HyperLogLogs() {}
}
