package dev.millrace.it.differential.family;

import static dev.millrace.it.differential.Form.form;
import static dev.millrace.it.differential.Part.KEY;
import static dev.millrace.it.differential.Part.SECONDS;
import static dev.millrace.it.differential.Part.VALUE;
import static dev.millrace.it.differential.Part.oneOf;
import static dev.millrace.it.differential.Part.times;

import dev.millrace.it.differential.Comparison;
import dev.millrace.it.differential.Draw;
import dev.millrace.it.differential.Family;
import dev.millrace.it.differential.Form;
import dev.millrace.it.differential.Step;

import java.util.ArrayList;
import java.util.List;

/** MULTI, EXEC and WATCH over two connections that get in each other's way. */
final class Transactions {
    private static final List<Form> CONTROL =
            List.of(
                    form("MULTI"),
                    form("MULTI"),
                    form("EXEC"),
                    form("EXEC"),
                    form("DISCARD"),
                    form("WATCH", times(1, 3, KEY)),
                    form("WATCH", KEY),
                    form("UNWATCH"));

    private static final List<Form> COMMANDS =
            List.of(
                    form("SET", KEY, VALUE),
                    form("GET", KEY),
                    form("INCR", KEY),
                    form("APPEND", KEY, VALUE),
                    form("DEL", times(1, 2, KEY)),
                    form("RENAME", KEY, KEY),
                    form("EXPIRE", KEY, SECONDS),
                    form("TTL", KEY).compared(Comparison.SECONDS),
                    form("KEYS", oneOf("*")).compared(Comparison.UNORDERED),
                    form("PING"),
                    form("MSETNX", times(1, 2, KEY, VALUE)),
                    form("SELECT", oneOf("0", "0", "1")),
                    form("FLUSHDB"),
                    form("SWAPDB", oneOf("0", "1"), oneOf("0", "1")));

    /** What is refused when it is queued, so that EXEC refuses all. */
    private static final List<Form> REFUSED =
            List.of(form("NOSUCHCOMMAND"), form("GET"), form("WATCH", KEY), form("MULTI"));

    static final Family FAMILY = new Family("transaction", Transactions::steps);

    private Transactions() {}

    private static List<Step> steps(Draw draw) {
        if (draw.chance(40)) {
            return whole(draw);
        }
        List<Form> forms = draw.chance(40) ? CONTROL : COMMANDS;
        return List.of(draw.of(forms).step(draw, draw.below(2)));
    }

    /** A transaction from its WATCH to its end, with another client in between. */
    private static List<Step> whole(Draw draw) {
        List<Step> steps = new ArrayList<>();
        if (draw.chance(60)) {
            steps.add(form("WATCH", times(1, 3, KEY)).step(draw, 0));
            if (draw.chance(40)) {
                steps.add(draw.of(COMMANDS).step(draw, draw.below(2)));
            }
        }
        steps.add(Step.call("MULTI"));
        for (int left = draw.below(5); left > 0; left--) {
            steps.add(draw.of(draw.chance(4) ? REFUSED : COMMANDS).step(draw, 0));
            if (draw.chance(10)) {
                steps.add(draw.of(COMMANDS).step(draw, 1));
            }
        }
        steps.add(Step.call(draw.chance(90) ? "EXEC" : "DISCARD"));
        return steps;
    }
}
