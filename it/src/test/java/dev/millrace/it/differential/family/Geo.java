package dev.millrace.it.differential.family;

import static dev.millrace.it.differential.Form.form;
import static dev.millrace.it.differential.Part.INTEGER;
import static dev.millrace.it.differential.Part.KEY;
import static dev.millrace.it.differential.Part.all;
import static dev.millrace.it.differential.Part.either;
import static dev.millrace.it.differential.Part.maybe;
import static dev.millrace.it.differential.Part.one;
import static dev.millrace.it.differential.Part.oneOf;
import static dev.millrace.it.differential.Part.shuffled;
import static dev.millrace.it.differential.Part.times;
import static dev.millrace.it.differential.Part.word;

import dev.millrace.it.differential.Draw;
import dev.millrace.it.differential.Family;
import dev.millrace.it.differential.Form;
import dev.millrace.it.differential.Part;

import java.util.List;
import java.util.Locale;

/** Places on earth: near each other, far away, at the edges of the map. */
final class Geo {
    private static final Part PLACE = draw -> place(draw);
    private static final Part MEMBER = one(draw -> "m" + draw.below(60));
    private static final Part UNIT =
            either(word("M"), word("KM"), word("FT"), word("MI"), oneOf("yd"));
    private static final Part LENGTH = one(Geo::length);
    private static final Part WITH =
            all(maybe(word("WITHDIST")), maybe(word("WITHCOORD")), maybe(word("WITHHASH")));
    private static final Part ORDER = maybe(either(word("ASC"), word("DESC")));
    private static final Part COUNT = maybe(word("COUNT"), INTEGER, maybe(word("ANY")));
    private static final Part FROM =
            either(all(word("FROMMEMBER"), MEMBER), all(word("FROMLONLAT"), PLACE));
    private static final Part BY =
            either(all(word("BYRADIUS"), LENGTH, UNIT), all(word("BYBOX"), LENGTH, LENGTH, UNIT));
    private static final Part STORE = all(either(word("STORE"), word("STOREDIST")), KEY);

    private static final Form ADD = form("GEOADD", KEY, times(1, 12, PLACE, MEMBER));
    private static final Form SEARCH =
            form("GEOSEARCH", KEY, shuffled(FROM, BY, WITH, ORDER, COUNT));

    static final Family FAMILY =
            Family.of(
                    "geo",
                    ADD,
                    ADD,
                    ADD,
                    form("GEOADD", KEY, times(20, 50, PLACE, MEMBER)),
                    form(
                            "GEOADD",
                            KEY,
                            times(0, 2, either(word("NX"), word("XX"), word("CH"))),
                            times(1, 3, PLACE, MEMBER)),
                    form("GEOPOS", KEY, times(0, 3, MEMBER)),
                    form("GEOHASH", KEY, times(0, 3, MEMBER)),
                    form("GEODIST", KEY, MEMBER, MEMBER, maybe(UNIT)),
                    SEARCH,
                    SEARCH,
                    SEARCH,
                    form(
                            "GEOSEARCHSTORE",
                            KEY,
                            KEY,
                            shuffled(FROM, BY, ORDER, COUNT, maybe(word("STOREDIST")))),
                    form(
                            "GEORADIUS",
                            KEY,
                            PLACE,
                            LENGTH,
                            UNIT,
                            either(shuffled(WITH, ORDER, COUNT), all(COUNT, STORE))),
                    form(
                            "GEORADIUSBYMEMBER",
                            KEY,
                            MEMBER,
                            LENGTH,
                            UNIT,
                            either(shuffled(WITH, ORDER, COUNT), all(COUNT, STORE))),
                    form("GEORADIUS_RO", KEY, PLACE, LENGTH, UNIT, WITH, ORDER, COUNT),
                    form("GEORADIUSBYMEMBER_RO", KEY, MEMBER, LENGTH, UNIT, WITH, ORDER, COUNT),
                    form("ZADD", KEY, one(draw -> "" + draw.below(1 << 30)), MEMBER),
                    form("ZREM", KEY, MEMBER),
                    form("ZRANGE", KEY, oneOf("0"), oneOf("-1"), word("WITHSCORES")),
                    form("DEL", KEY));

    private Geo() {}

    private static List<String> place(Draw draw) {
        return switch (draw.below(12)) {
            case 0 -> List.of(draw.real(), draw.real());
            case 1 ->
                    List.of(
                            draw.of(List.of("180", "-180", "179.9999", "-179.9999", "0", "180.1")),
                            draw.of(
                                    List.of(
                                            "85.05112878",
                                            "-85.05112878",
                                            "85.05",
                                            "-84",
                                            "0",
                                            "86",
                                            "-67")));
            case 2, 3 -> List.of(degrees(draw, -180, 180), degrees(draw, -85, 85));
            default -> List.of(degrees(draw, 13, 16), degrees(draw, 37, 39));
        };
    }

    private static String degrees(Draw draw, int least, int most) {
        double part = draw.below(1_000_000) / 1e6;
        return String.format(Locale.ROOT, "%.6f", least + part * (most - least));
    }

    private static String length(Draw draw) {
        return switch (draw.below(8)) {
            case 0 -> draw.real();
            case 1 -> "0";
            case 2 -> "" + draw.below(30_000_000);
            case 3 -> draw.of(List.of("5000000", "20000000", "6000", "12000", "1e9"));
            default -> "" + draw.below(300_000) / 1000.0;
        };
    }
}
