package dev.millrace.kv.geo;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.sortedset.Scores;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** A place, in degrees. */
record Coordinates(double longitude, double latitude) {
    private static final int FRACTION_DIGITS = 17;

    /** Two arguments: longitude and latitude. */
    static Coordinates of(Call call, int index) {
        double longitude = Scores.of(call, index);
        double latitude = Scores.of(call, index + 1);
        boolean isOnMap =
                Math.abs(longitude) <= GeoHash.LONGITUDE_MAX
                        && Math.abs(latitude) <= GeoHash.LATITUDE_MAX;
        if (!isOnMap) {
            throw new Refusal(
                    "ERR invalid longitude,latitude pair "
                            + fixed(longitude)
                            + ","
                            + fixed(latitude));
        }
        return new Coordinates(longitude, latitude);
    }

    /** The place that a score stands for. */
    static Coordinates ofScore(double score) {
        GeoHash cell = GeoHash.ofScore(score);
        return new Coordinates(cell.longitude(), cell.latitude());
    }

    /** As C's {@code %f} prints it. */
    private static String fixed(double value) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        String text = new BigDecimal(value).setScale(6, RoundingMode.HALF_EVEN).toPlainString();
        boolean isMinus = !text.startsWith("-") && Double.doubleToRawLongBits(value) < 0;
        return isMinus ? "-" + text : text;
    }

    /** The score of a place in a sorted set. */
    double score() {
        return GeoHash.of(longitude, latitude, GeoHash.STEPS_MAX).score();
    }

    /** Answers both. */
    void answer(Call call) {
        call.reply().array(2);
        call.reply().number(text(longitude));
        call.reply().number(text(latitude));
    }

    /** As Redis prints it for people: up to 17 digits behind the point. */
    private static String text(double degrees) {
        BigDecimal rounded =
                new BigDecimal(degrees).setScale(FRACTION_DIGITS, RoundingMode.HALF_EVEN);
        return rounded.stripTrailingZeros().toPlainString();
    }
}
