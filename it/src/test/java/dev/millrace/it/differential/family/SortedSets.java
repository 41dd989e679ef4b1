package dev.millrace.it.differential.family;

import static dev.millrace.it.differential.Form.form;
import static dev.millrace.it.differential.Part.INDEX;
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

/** Sorted sets, short and long. */
final class SortedSets {
    private static final Part SCORE = one(SortedSets::score);
    private static final Part BOUND = one(SortedSets::bound);
    private static final Part MEMBER = one(SortedSets::member);
    private static final Part NAME_BOUND = one(SortedSets::nameBound);
    private static final Part LIMIT = all(word("LIMIT"), INDEX, INDEX);

    /** All scores are the same here: what ranges of names mean elsewhere is nobody's promise. */
    private static final Part NAMES = oneOf("{n}1", "{n}2");

    private static final Part CONDITION =
            either(word("NX"), word("XX"), word("GT"), word("LT"), word("CH"), word("INCR"));
    private static final Part END = either(word("MIN"), word("MAX"));
    private static final Part KEYS =
            either(
                    all(oneOf("1"), KEY),
                    all(oneOf("2"), KEY, KEY),
                    all(oneOf("2"), KEY, KEY),
                    all(oneOf("3"), KEY, KEY, KEY),
                    all(INTEGER, KEY, KEY));
    private static final Part WEIGHTED =
            either(
                    all(oneOf("1"), KEY, maybe(word("WEIGHTS"), SCORE)),
                    all(oneOf("2"), KEY, KEY, maybe(word("WEIGHTS"), SCORE, SCORE)),
                    all(oneOf("3"), KEY, KEY, KEY, maybe(word("WEIGHTS"), SCORE, SCORE, SCORE)));
    private static final Part AGGREGATE =
            maybe(word("AGGREGATE"), either(word("SUM"), word("MIN"), word("MAX"), word("AVG")));
    private static final Part ORDER =
            shuffled(maybe(word("REV")), maybe(LIMIT), maybe(word("WITHSCORES")));

    /** Which members chance chooses is not promised, but how many. */
    private static final Comparison SAME_NUMBER =
            (ours, theirs) ->
                    ours.getClass() == theirs.getClass()
                            && ours.children().size() == theirs.children().size();

    private static final Form ADD = form("ZADD", KEY, times(1, 6, SCORE, MEMBER));

    static final Family FAMILY =
            Family.of(
                    "sorted-set",
                    ADD,
                    ADD,
                    ADD,
                    form("ZADD", KEY, times(20, 60, SCORE, MEMBER)),
                    form("ZADD", KEY, SCORE, one(draw -> draw.text(60 + draw.below(10)))),
                    form("ZADD", KEY, times(0, 3, CONDITION), times(1, 3, SCORE, MEMBER)),
                    form("ZADD", KEY, word("INCR"), maybe(CONDITION), SCORE, MEMBER),
                    // Members of one score: what ranges of names are is told for those only.
                    form("ZADD", NAMES, times(1, 6, oneOf("0"), MEMBER)).intact(),
                    form("ZADD", NAMES, times(1, 6, oneOf("0"), VALUE)).intact(),
                    form("ZINCRBY", KEY, SCORE, MEMBER),
                    form("ZREM", KEY, times(1, 4, MEMBER)),
                    form("ZCARD", KEY),
                    form("ZSCORE", KEY, MEMBER),
                    form("ZMSCORE", KEY, times(1, 4, MEMBER)),
                    form("ZRANK", KEY, MEMBER),
                    form("ZREVRANK", KEY, MEMBER),
                    form("ZCOUNT", KEY, BOUND, BOUND),
                    form("ZLEXCOUNT", NAMES, NAME_BOUND, NAME_BOUND),
                    form("ZRANGE", KEY, INDEX, INDEX, ORDER),
                    form("ZRANGE", KEY, oneOf("0"), oneOf("-1"), word("WITHSCORES")),
                    form("ZRANGE", KEY, BOUND, BOUND, word("BYSCORE"), ORDER),
                    form("ZRANGE", NAMES, NAME_BOUND, NAME_BOUND, word("BYLEX"), ORDER),
                    form("ZREVRANGE", KEY, INDEX, INDEX, maybe(word("WITHSCORES"))),
                    form(
                            "ZRANGEBYSCORE",
                            KEY,
                            BOUND,
                            BOUND,
                            shuffled(maybe(LIMIT), maybe(word("WITHSCORES")))),
                    form(
                            "ZREVRANGEBYSCORE",
                            KEY,
                            BOUND,
                            BOUND,
                            shuffled(maybe(LIMIT), maybe(word("WITHSCORES")))),
                    form("ZRANGEBYLEX", NAMES, NAME_BOUND, NAME_BOUND, maybe(LIMIT)),
                    form("ZREVRANGEBYLEX", NAMES, NAME_BOUND, NAME_BOUND, maybe(LIMIT)),
                    form("ZRANGESTORE", KEY, KEY, INDEX, INDEX, maybe(word("REV"))),
                    form(
                            "ZRANGESTORE",
                            KEY,
                            KEY,
                            BOUND,
                            BOUND,
                            word("BYSCORE"),
                            maybe(word("REV")),
                            maybe(LIMIT)),
                    form("ZRANGESTORE", NAMES, NAMES, NAME_BOUND, NAME_BOUND, word("BYLEX")),
                    form("ZREMRANGEBYRANK", KEY, INDEX, INDEX),
                    form("ZREMRANGEBYSCORE", KEY, BOUND, BOUND),
                    form("ZREMRANGEBYLEX", NAMES, NAME_BOUND, NAME_BOUND),
                    form("ZPOPMIN", KEY, maybe(INTEGER)),
                    form("ZPOPMAX", KEY, maybe(INTEGER)),
                    form("ZMPOP", KEYS, END, maybe(word("COUNT"), INTEGER)),
                    form("ZUNION", WEIGHTED, AGGREGATE, maybe(word("WITHSCORES"))),
                    form("ZINTER", WEIGHTED, AGGREGATE, maybe(word("WITHSCORES"))),
                    form("ZDIFF", KEYS, maybe(word("WITHSCORES"))),
                    form("ZINTERCARD", KEYS, maybe(word("LIMIT"), INTEGER)),
                    form("ZUNIONSTORE", KEY, WEIGHTED, AGGREGATE),
                    form("ZINTERSTORE", KEY, WEIGHTED, AGGREGATE),
                    form("ZDIFFSTORE", KEY, KEYS),
                    form("ZRANDMEMBER", KEY).compared(Comparison.SAME_KIND),
                    form("ZRANDMEMBER", KEY, oneOf("1000"), maybe(word("WITHSCORES")))
                            .compared(SAME_NUMBER),
                    form("ZRANDMEMBER", KEY, oneOf("-5", "3", "0"), maybe(word("WITHSCORES")))
                            .compared(SAME_NUMBER),
                    form("OBJECT ENCODING", NAMES),
                    form("DEL", KEY),
                    form("RENAME", KEY, KEY),
                    form("COPY", KEY, KEY, maybe(word("REPLACE"))),
                    form("SET", KEY, VALUE));

    private SortedSets() {}

    private static String score(Draw draw) {
        return switch (draw.below(10)) {
            case 0 -> draw.real();
            case 1 ->
                    draw.of(
                            List.of(
                                    "inf",
                                    "-inf",
                                    "+inf",
                                    "Infinity",
                                    "-0",
                                    "0x1p3",
                                    "0x.8",
                                    "1e",
                                    ".5",
                                    "5.",
                                    "1e400",
                                    "1e-400",
                                    "4.9e-324",
                                    "nan",
                                    " 1",
                                    "",
                                    "9007199254740993",
                                    "12345678901234567890",
                                    "1e17",
                                    "-1e16",
                                    "0.30000000000000004",
                                    "1e22",
                                    "123456789012345.678"));
            case 2 -> draw.below(1000) / 8.0 + "";
            case 3 -> draw.below(1000) / 10.0 + "";
            default -> "" + (draw.below(30) - 10);
        };
    }

    private static String bound(Draw draw) {
        String score = draw.chance(15) ? draw.of(List.of("-inf", "+inf", "")) : score(draw);
        return draw.chance(30) ? "(" + score : score;
    }

    private static String member(Draw draw) {
        return switch (draw.below(12)) {
            case 0 -> draw.value();
            case 1 -> "" + (draw.below(300) - 100);
            case 2 -> draw.text(draw.below(5));
            default -> "m" + draw.below(200);
        };
    }

    private static String nameBound(Draw draw) {
        return switch (draw.below(8)) {
            case 0 -> "-";
            case 1 -> "+";
            case 2 -> draw.of(List.of("", "a", "+a", "[", "(", "-\0", "[m1\0"));
            case 3 -> (draw.chance(50) ? "[" : "(") + draw.value();
            default -> (draw.chance(50) ? "[" : "(") + member(draw);
        };
    }
}
