package dev.millrace.kv.geo;

/** Distances on a sphere of the earth's size: metres between places in degrees. */
final class Earth {
    /** The quadratic mean radius of WGS 84, m. */
    static final double RADIUS = 6372797.560856;

    private static final double RADIANS_PER_DEGREE = Math.PI / 180;

    private Earth() {}

    static double radians(double degrees) {
        return degrees * RADIANS_PER_DEGREE;
    }

    static double degrees(double radians) {
        return radians / RADIANS_PER_DEGREE;
    }

    /** Along a meridian. */
    static double distance(double latitude, double otherLatitude) {
        return RADIUS * Math.abs(radians(otherLatitude) - radians(latitude));
    }

    /** Along a great circle, by the haversine formula (R. W. Sinnott, 1984). */
    static double distance(
            double longitude, double latitude, double otherLongitude, double otherLatitude) {
        double v = Sines.sin((radians(otherLongitude) - radians(longitude)) / 2);
        if (v == 0) {
            return distance(latitude, otherLatitude);
        }
        double from = radians(latitude);
        double to = radians(otherLatitude);
        double u = Sines.sin((to - from) / 2);
        double a = u * u + Sines.cos(from) * Sines.cos(to) * v * v;
        return 2 * RADIUS * Sines.asin(Math.sqrt(a));
    }
}
