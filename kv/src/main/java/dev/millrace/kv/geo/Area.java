package dev.millrace.kv.geo;

import java.util.ArrayList;
import java.util.List;

/**
 * The cells that are looked through for places in a shape: the one of the centre and those of its
 * eight neighbours that the shape reaches, of a size that they cover it. Redis takes the same ones
 * in the same order, and so finds places in the same order.
 */
final class Area {
    /** Half of the equator in Web Mercator, m, as Redis has it. */
    private static final double MERCATOR_MAX = 20037726.37;

    /** East and north of the centre, in the order in which they are looked through. */
    private static final int[][] CELLS = {
        {0, 0}, {0, 1}, {0, -1}, {1, 0}, {-1, 0}, {1, 1}, {-1, 1}, {1, -1}, {-1, -1}
    };

    private final double west;
    private final double east;
    private final double south;
    private final double north;

    private Area(double longitude, double latitude, Shape shape) {
        double up = Earth.degrees(shape.reachNorth() / Earth.RADIUS);
        // The same way is more degrees of longitude nearer to a pole. Redis takes the northern edge
        // in the northern hemisphere and the southern one in the other.
        double edge = latitude < 0 ? latitude - up : latitude + up;
        double aside =
                Earth.degrees(shape.reachEast() / Earth.RADIUS / Sines.cos(Earth.radians(edge)));
        this.west = longitude - aside;
        this.east = longitude + aside;
        this.south = latitude - up;
        this.north = latitude + up;
    }

    /** The cells for a shape around a centre. */
    static List<GeoHash> cells(double longitude, double latitude, Shape shape) {
        Area area = new Area(longitude, latitude, shape);
        int steps = steps(shape.radius(), latitude);
        GeoHash centre = GeoHash.of(longitude, latitude, steps);
        if (steps > 1 && !area.isCoveredAround(centre)) {
            centre = GeoHash.of(longitude, latitude, steps - 1);
        }
        return area.reached(centre);
    }

    /** So many halvings that a cell is about as large as the radius, and larger near a pole. */
    private static int steps(double radius, double latitude) {
        if (radius == 0) {
            return GeoHash.STEPS_MAX;
        }
        int steps = -1;
        for (double reach = radius; reach < MERCATOR_MAX; reach *= 2) {
            steps++;
        }
        if (Math.abs(latitude) > 66) {
            steps -= Math.abs(latitude) > 80 ? 2 : 1;
        }
        return Math.clamp(steps, 1, GeoHash.STEPS_MAX);
    }

    private boolean isCoveredAround(GeoHash centre) {
        boolean isBeyond =
                centre.neighbour(0, 1).north() < north
                        || centre.neighbour(0, -1).south() > south
                        || centre.neighbour(1, 0).east() < east
                        || centre.neighbour(-1, 0).west() > west;
        return !isBeyond;
    }

    private List<GeoHash> reached(GeoHash centre) {
        List<GeoHash> cells = new ArrayList<>();
        for (int[] cell : CELLS) {
            GeoHash next = centre.neighbour(cell[0], cell[1]);
            // Of the largest cells neighbours are the same: one after itself is not taken again,
            // unless it is the centre, which Redis does not remember.
            boolean isRepeated = cells.size() > 1 && cells.getLast().equals(next);
            if (isReached(centre, cell[0], cell[1]) && !isRepeated) {
                cells.add(next);
            }
        }
        return cells;
    }

    /** Whether the shape goes over the centre's edge on that side. */
    private boolean isReached(GeoHash centre, int toEast, int toNorth) {
        if (centre.steps() < 2) {
            return true;
        }
        return !(toNorth < 0 && centre.south() < south)
                && !(toNorth > 0 && centre.north() > north)
                && !(toEast < 0 && centre.west() < west)
                && !(toEast > 0 && centre.east() > east);
    }
}
