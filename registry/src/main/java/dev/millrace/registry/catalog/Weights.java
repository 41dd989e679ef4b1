package dev.millrace.registry.catalog;

/**
 * How much of the traffic an instance is to have, in DNS (RFC 2782).
 *
 * @param passing while all its checks pass
 * @param warning while one of them warns
 */
public record Weights(int passing, int warning) {
    /** What an instance has that says nothing of it. */
    public static final Weights STANDARD = new Weights(1, 1);
}
