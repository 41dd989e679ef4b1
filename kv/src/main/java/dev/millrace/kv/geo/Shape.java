package dev.millrace.kv.geo;

/** What is searched, all in metres around a centre: which places are in it. */
sealed interface Shape {
    /** Half of how far it reaches from west to east. */
    double reachEast();

    /** Half of how far it reaches from south to north. */
    double reachNorth();

    /** From the centre to the point that is farthest from it. */
    double radius();

    /** The distance of a place from the centre; NaN if it is outside. */
    double distance(double longitude, double latitude, double itsLongitude, double itsLatitude);

    record Circle(double radius) implements Shape {
        @Override
        public double reachEast() {
            return radius;
        }

        @Override
        public double reachNorth() {
            return radius;
        }

        @Override
        public double distance(
                double longitude, double latitude, double itsLongitude, double itsLatitude) {
            double distance = Earth.distance(longitude, latitude, itsLongitude, itsLatitude);
            return distance > radius ? Double.NaN : distance;
        }
    }

    /** {@code unit} is what width and height are counted in. */
    record Box(double width, double height, double unit) implements Shape {
        @Override
        public double reachEast() {
            return unit * (width / 2);
        }

        @Override
        public double reachNorth() {
            return unit * (height / 2);
        }

        @Override
        public double radius() {
            double east = width / 2;
            double north = height / 2;
            return Math.sqrt(east * east + north * north) * unit;
        }

        @Override
        public double distance(
                double longitude, double latitude, double itsLongitude, double itsLatitude) {
            boolean isOutside =
                    Earth.distance(itsLatitude, latitude) > height * unit / 2
                            || Earth.distance(itsLongitude, itsLatitude, longitude, itsLatitude)
                                    > width * unit / 2;
            return isOutside
                    ? Double.NaN
                    : Earth.distance(longitude, latitude, itsLongitude, itsLatitude);
        }
    }
}
