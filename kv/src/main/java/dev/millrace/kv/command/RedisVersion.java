package dev.millrace.kv.command;

/** Which Redis the clients see: its commands, replies and error texts. */
public final class RedisVersion {
    public static final String TEXT = "7.0.15";

    private RedisVersion() {}
}
