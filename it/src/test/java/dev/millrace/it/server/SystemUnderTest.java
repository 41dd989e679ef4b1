package dev.millrace.it.server;

/**
 * What the tests test: Millrace, or with {@code -Dmillrace.it.peer=redis} Redis in its place. A
 * test that fails against Redis is itself wrong, so every test here must pass both ways.
 */
public final class SystemUnderTest {
    private static final String PEER = "millrace.it.peer";

    private SystemUnderTest() {}

    /** Starts it. */
    public static Server start(Setup setup) {
        String peer = System.getProperty(PEER, "millrace");
        return switch (peer) {
            case "millrace" -> MillraceProcess.start(setup);
            case "redis" -> RedisProcess.start(setup);
            default ->
                    throw new IllegalStateException(
                            "-D" + PEER + ": " + peer + " (expected: millrace or redis)");
        };
    }

    /** Whether Redis stands in for Millrace. */
    public static boolean isRedis() {
        return System.getProperty(PEER, "millrace").equals("redis");
    }
}
