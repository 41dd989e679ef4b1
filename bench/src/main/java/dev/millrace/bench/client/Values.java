package dev.millrace.bench.client;

import java.util.SplittableRandom;

/** Values that no compression shortens, so that neither side's file is small by luck. */
public final class Values {
    private static final String LETTERS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private Values() {}

    /** The same letters every time for one length. */
    public static String ofBytes(int bytes) {
        SplittableRandom random = new SplittableRandom(bytes);
        StringBuilder value = new StringBuilder(bytes);
        for (int at = 0; at < bytes; at++) {
            value.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return value.toString();
    }
}
