package dev.millrace.kv.geo;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.collection.SortedSetValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.sortedset.Adding;
import dev.millrace.kv.sortedset.Addition;
import dev.millrace.kv.store.Item;

import java.math.BigDecimal;
import java.util.List;

/** GEOADD, GEOPOS, GEODIST, GEOHASH: places by their names. */
public final class Geo {
    private static final int DISTANCE_DIGITS = 4;

    private Geo() {}

    static Command.Builder geo(String name, String since, int arity) {
        return Command.named(name)
                .since(since)
                .group("geo")
                .arity(arity)
                .keys(Keys.one())
                .categories("geo");
    }

    public static List<Command> all() {
        return List.of(
                geo("geoadd", "3.2.0", -5)
                        .complexity(
                                "O(log(N)) for each item added, where N is the number of elements"
                                        + " in the sorted set.")
                        .summary(
                                "Add one or more geospatial items in the geospatial index"
                                        + " represented using a sorted set")
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .access(KeyAccess.of("RW", "update"))
                        .cost(Adding::cost)
                        .does(Geo::add),
                geo("geopos", "3.2.0", -2)
                        .complexity("O(N) where N is the number of members requested.")
                        .summary("Returns longitude and latitude of members of a geospatial index")
                        .flags(Flag.READONLY)
                        .does(Geo::positions),
                geo("geodist", "3.2.0", -4)
                        .complexity("O(log(N))")
                        .summary("Returns the distance between two members of a geospatial index")
                        .flags(Flag.READONLY)
                        .does(Geo::distance),
                geo("geohash", "3.2.0", -2)
                        .complexity(
                                "O(log(N)) for each member requested, where N is the number of"
                                        + " elements in the sorted set.")
                        .summary(
                                "Returns members of a geospatial index as standard geohash"
                                        + " strings")
                        .flags(Flag.READONLY)
                        .does(Geo::hashes));
    }

    private static int option(Call call, int index) {
        if (call.is(index, "NX")) {
            return Addition.NX;
        }
        if (call.is(index, "XX")) {
            return Addition.XX;
        }
        return call.is(index, "CH") ? Addition.CH : 0;
    }

    private static void add(Call call) {
        int options = 0;
        int first = 2;
        for (int option; first < call.count() && (option = option(call, first)) != 0; first++) {
            options |= option;
        }
        boolean both = (options & Addition.NX) != 0 && (options & Addition.XX) != 0;
        if (first == call.count() || (call.count() - first) % 3 != 0 || both) {
            throw Refusal.SYNTAX;
        }
        long scores = scores(call, first);
        Addition addition = new Addition(call, options);
        for (int i = first; i < call.count(); i += 3) {
            double score = Double.longBitsToDouble(Memory.getLong(scores));
            addition.put(score, call.address(i + 2), call.length(i + 2));
            scores += Double.BYTES;
        }
        addition.end();
    }

    /** Reads all places, so that a bad one is refused before anything changes. */
    private static long scores(Call call, int first) {
        NativeBuffer scores = call.scratch();
        for (int i = first; i < call.count(); i += 3) {
            double score = Coordinates.of(call, i).score();
            scores.putLong(Double.doubleToRawLongBits(score));
        }
        return scores.address();
    }

    private static double score(Call call, Key key, int index) {
        return SortedSetValue.score(key, call.address(index), call.length(index));
    }

    private static void positions(Call call) {
        Key key = call.read(1).require(Item.TYPE_SORTED_SET);
        call.reply().array(call.count() - 2);
        for (int i = 2; i < call.count(); i++) {
            double score = score(call, key, i);
            if (Double.isNaN(score)) {
                call.reply().nullArray();
            } else {
                Coordinates.ofScore(score).answer(call);
            }
        }
    }

    private static void hashes(Call call) {
        Key key = call.read(1).require(Item.TYPE_SORTED_SET);
        call.reply().array(call.count() - 2);
        for (int i = 2; i < call.count(); i++) {
            double score = score(call, key, i);
            if (Double.isNaN(score)) {
                call.reply().nullBulk();
            } else {
                Coordinates place = Coordinates.ofScore(score);
                call.reply().bulk(GeoHash.text(place.longitude(), place.latitude()));
            }
        }
    }

    private static void distance(Call call) {
        Unit unit = call.count() == 5 ? Unit.of(call, 4) : Unit.M;
        if (call.count() > 5) {
            throw Refusal.SYNTAX;
        }
        Key key = call.read(1).require(Item.TYPE_SORTED_SET);
        double one = score(call, key, 2);
        double other = score(call, key, 3);
        if (Double.isNaN(one) || Double.isNaN(other)) {
            call.reply().nullBulk();
            return;
        }
        Coordinates from = Coordinates.ofScore(one);
        Coordinates to = Coordinates.ofScore(other);
        double metres =
                Earth.distance(from.longitude(), from.latitude(), to.longitude(), to.latitude());
        answerDistance(call, metres / unit.metres());
    }

    /** Answers a distance with four digits behind the point. */
    static void answerDistance(Call call, double distance) {
        long rounded = (long) Math.rint(distance * 1e4);
        call.reply().bulk(BigDecimal.valueOf(rounded, DISTANCE_DIGITS).toPlainString());
    }
}
