package dev.millrace.kv.geo;

import dev.millrace.kv.collection.SortedSetValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.effect.SortedSetEffects;
import dev.millrace.kv.geo.Search.Hit;
import dev.millrace.kv.geo.SearchRequest.Form;
import dev.millrace.kv.sortedset.Scores;

import java.util.List;

/**
 * GEOSEARCH, GEORADIUS and their kin. A result that is stored is logged with its scores: distances
 * come from sines, whose last bit may be another one on another machine.
 */
public final class Searching {
    private static final String SEARCHED =
            "O(N+log(M)) where N is the number of elements in the grid-aligned bounding box area"
                    + " around the shape provided as the filter and M is the number of items"
                    + " inside the shape";
    private static final String AROUND =
            "O(N+log(M)) where N is the number of elements inside the bounding box of the circular"
                    + " area delimited by center and radius and M is the number of items inside"
                    + " the index.";

    private Searching() {}

    public static List<Command> all() {
        return List.of(
                Geo.geo("geosearch", "6.2.0", -7)
                        .complexity(SEARCHED)
                        .summary(
                                "Query a sorted set representing a geospatial index to fetch"
                                        + " members inside an area of a box or a circle.")
                        .flags(Flag.READONLY)
                        .does(call -> search(call, Form.SEARCH, false)),
                Geo.geo("geosearchstore", "6.2.0", -8)
                        .complexity(SEARCHED)
                        .summary(
                                "Query a sorted set representing a geospatial index to fetch"
                                        + " members inside an area of a box or a circle, and store"
                                        + " the result in another key.")
                        .keys(Keys.range(1, 2, 1))
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .access(
                                KeyAccess.of("OW", "update").at(1, 1),
                                KeyAccess.of("RO", "access").at(2, 2))
                        .measure(call -> SortedSetValue.namedBytes(sortedSet(call, 2)))
                        .does(call -> search(call, Form.SEARCH_STORE, false)),
                around("georadius", 6, Form.AROUND_PLACE),
                around("georadiusbymember", 5, Form.AROUND_MEMBER),
                Geo.geo("georadius_ro", "3.2.10", -6)
                        .complexity(AROUND)
                        .deprecated("6.2.0", "`GEOSEARCH` with the `BYRADIUS` argument")
                        .summary("A read-only variant for GEORADIUS")
                        .flags(Flag.READONLY)
                        .does(call -> search(call, Form.AROUND_PLACE, false)),
                Geo.geo("georadiusbymember_ro", "3.2.10", -5)
                        .complexity(AROUND)
                        .deprecated(
                                "6.2.0",
                                "`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments")
                        .summary("A read-only variant for GEORADIUSBYMEMBER")
                        .flags(Flag.READONLY)
                        .does(call -> search(call, Form.AROUND_MEMBER, false)));
    }

    private static Command around(String name, int arity, Form form) {
        String what = form == Form.AROUND_PLACE ? "point" : "member";
        Keys keys = Keys.storing(arity);
        return Geo.geo(name, "3.2.0", -arity)
                .complexity(AROUND)
                .deprecated(
                        "6.2.0",
                        "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` "
                                + (form == Form.AROUND_PLACE
                                        ? "argument"
                                        : "and `FROMMEMBER` arguments"))
                .summary(
                        "Query a sorted set representing a geospatial index to fetch members"
                                + " matching a given maximum distance from a "
                                + what)
                .keys(keys)
                .flags(Flag.WRITE, Flag.DENYOOM)
                .access(
                        KeyAccess.of("RO", "access").at(1, 1),
                        KeyAccess.of("OW", "update").at(2, -1))
                .measure(
                        call ->
                                keys.stored(call.request()) == 0
                                        ? 0
                                        : SortedSetValue.namedBytes(sortedSet(call, 1)))
                .does(call -> search(call, form, true));
    }

    /** A key that is there only if it has a sorted set. */
    private static Key sortedSet(Call call, int index) {
        Key key = call.peek(index);
        if (key.exists() && !key.isSortedSet()) {
            key.item(0);
        }
        return key;
    }

    private static void search(Call call, Form form, boolean mayStore) {
        SearchRequest request = SearchRequest.read(call, form, mayStore);
        Coordinates centre = request.centre();
        Search search =
                new Search(
                        call,
                        request.key(),
                        centre.longitude(),
                        centre.latitude(),
                        request.shape());
        List<Hit> hits =
                request.key().exists()
                        ? search.hits(request.order(), request.most(), request.any())
                        : List.of();
        if (request.destination() == 0) {
            answer(call, request, search, hits);
        } else {
            store(call, request, search, hits);
        }
    }

    private static void answer(Call call, SearchRequest request, Search search, List<Hit> hits) {
        int more =
                (request.withDistance() ? 1 : 0)
                        + (request.withHash() ? 1 : 0)
                        + (request.withPlace() ? 1 : 0);
        call.reply().array(hits.size());
        for (Hit hit : hits) {
            if (more > 0) {
                call.reply().array(1 + more);
            }
            call.reply().bulk(search.name(hit), hit.length());
            if (request.withDistance()) {
                Geo.answerDistance(call, hit.distance() / request.unit().metres());
            }
            if (request.withHash()) {
                call.reply().integer((long) hit.score());
            }
            if (request.withPlace()) {
                Coordinates.ofScore(hit.score()).answer(call);
            }
        }
    }

    private static void store(Call call, SearchRequest request, Search search, List<Hit> hits) {
        Key to = call.write(request.destination());
        if (hits.isEmpty()) {
            if (to.exists()) {
                call.effects().delete(to);
                call.notify(Notification.GENERIC, "del", to);
            }
            call.reply().integer(0);
            return;
        }
        int longest = 0;
        for (Hit hit : hits) {
            longest = Math.max(longest, hit.length());
        }
        boolean table = Scores.needsTable(call, hits.size(), longest);
        SortedSetEffects effects = call.effects().sortedSet();
        effects.makeWay(to);
        for (Hit hit : hits) {
            double score =
                    request.storesDistance()
                            ? hit.distance() / request.unit().metres()
                            : hit.score();
            effects.put(to, table, score, search.name(hit), hit.length());
        }
        effects.endPut(to);
        call.effects().count(hits.size() - 1);
        boolean isSearch = call.command().name().equals("geosearchstore");
        call.notify(Notification.ZSET, isSearch ? "geosearchstore" : "georadiusstore", to);
        call.reply().integer(hits.size());
    }
}
