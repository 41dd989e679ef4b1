package dev.millrace.kv.geo;

/**
 * Cells of the earth's surface (G. Niemeyer, "geohash", 2008): longitude and latitude are each
 * halved again and again, and the bits that say which half are interleaved, longitude's first. With
 * 26 halvings that is a whole number of 52 bits, which a double has room for: the score of a place
 * in a sorted set. Cells near each other on earth mostly share their first bits, so a cell of fewer
 * halvings is one range of scores.
 *
 * <p>Latitudes end at 85.05112878 degrees, where the Web Mercator projection is a square
 * (EPSG:3857). Geohashes as text do not: they have another range, see {@link #text}.
 *
 * @param steps how often both were halved, 1 to 26
 * @param x the cell's number from west to east, below 2^steps
 * @param y the cell's number from south to north
 */
record GeoHash(int steps, long x, long y) {
    static final int STEPS_MAX = 26;
    static final double LONGITUDE_MAX = 180;
    static final double LATITUDE_MAX = 85.05112878;

    /** Numbers of cells have 32 bits, however few are meant. */
    private static final long NUMBER_MASK = 0xffff_ffffL;

    private static final double TEXT_LATITUDE_MAX = 90;
    private static final String ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz";
    private static final int TEXT_LENGTH = 11;

    /** The cell that a place is in. */
    static GeoHash of(double longitude, double latitude, int steps) {
        return of(longitude, latitude, LATITUDE_MAX, steps);
    }

    private static GeoHash of(double longitude, double latitude, double latitudeMax, int steps) {
        double east = (longitude + LONGITUDE_MAX) / (2 * LONGITUDE_MAX);
        double north = (latitude + latitudeMax) / (2 * latitudeMax);
        return new GeoHash(steps, (long) (east * (1L << steps)), (long) (north * (1L << steps)));
    }

    /** The smallest cell that is this score. */
    static GeoHash ofScore(double score) {
        long bits = unsigned(score);
        return new GeoHash(STEPS_MAX, gather(bits >>> 1), gather(bits));
    }

    /** As x86-64 makes an unsigned whole number of a double: any score is a place. */
    private static long unsigned(double score) {
        double half = 0x1p63;
        if (score < half) {
            return (long) score;
        }
        return score < 2 * half ? (long) (score - half) ^ Long.MIN_VALUE : 0;
    }

    /** The score of the cell's south-west corner; of all of it if it is a smallest cell. */
    long score() {
        return bits() << 2 * (STEPS_MAX - steps);
    }

    /** The score behind the last in the cell. */
    long scoreEnd() {
        return bits() + 1 << 2 * (STEPS_MAX - steps);
    }

    private long bits() {
        return spread(x) << 1 | spread(y);
    }

    /** Puts 32 bits in every second place (S. E. Anderson, "Bit Twiddling Hacks"). */
    private static long spread(long number) {
        return Long.expand(number, 0x5555_5555_5555_5555L);
    }

    private static long gather(long bits) {
        return Long.compress(bits, 0x5555_5555_5555_5555L);
    }

    // ---- Where it is, in degrees

    double west() {
        return -LONGITUDE_MAX + (double) x / (1L << steps) * (2 * LONGITUDE_MAX);
    }

    double east() {
        return -LONGITUDE_MAX
                + (double) (x + 1 & NUMBER_MASK) / (1L << steps) * (2 * LONGITUDE_MAX);
    }

    double south() {
        return -LATITUDE_MAX + (double) y / (1L << steps) * (2 * LATITUDE_MAX);
    }

    double north() {
        return -LATITUDE_MAX + (double) (y + 1 & NUMBER_MASK) / (1L << steps) * (2 * LATITUDE_MAX);
    }

    /** The middle. */
    double longitude() {
        return Math.clamp((west() + east()) / 2, -LONGITUDE_MAX, LONGITUDE_MAX);
    }

    /** The middle. */
    double latitude() {
        return Math.clamp((south() + north()) / 2, -LATITUDE_MAX, LATITUDE_MAX);
    }

    /** The cell so many further east and north; behind the edge it goes on at the other side. */
    GeoHash neighbour(int east, int north) {
        long mask = (1L << steps) - 1;
        return new GeoHash(
                steps, east == 0 ? x : x + east & mask, north == 0 ? y : y + north & mask);
    }

    /**
     * The geohash of a place as everybody writes it, whose latitudes go up to 90 degrees. The last
     * of its eleven characters would need three bits more than there are: it is always 0.
     */
    static String text(double longitude, double latitude) {
        long bits = of(longitude, latitude, TEXT_LATITUDE_MAX, STEPS_MAX).bits();
        StringBuilder text = new StringBuilder(TEXT_LENGTH);
        for (int i = 1; i < TEXT_LENGTH; i++) {
            text.append(ALPHABET.charAt((int) (bits >>> 2 * STEPS_MAX - 5 * i) & 31));
        }
        return text.append(ALPHABET.charAt(0)).toString();
    }
}
