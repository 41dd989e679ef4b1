package dev.millrace.kernel;

/** The version of this build, as the packaged jar's manifest names it. */
public final class Version {
    private static final String UNPACKAGED = "unpackaged";

    private Version() {}

    /** Such as {@code 0.1.0-SNAPSHOT}, or {@code unpackaged} when classes run outside their jar. */
    public static String ofPackageOf(Class<?> type) {
        String version = type.getPackage().getImplementationVersion();
        return version == null ? UNPACKAGED : version;
    }
}
