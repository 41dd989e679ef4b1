package dev.millrace.it.differential;

import java.util.List;
import java.util.SplittableRandom;

/**
 * Draws keys, values and numbers from one random source. Keys are few, so that commands meet;
 * values and numbers lean towards the edges, where servers differ.
 *
 * <p>Times to live are either long past or far ahead: nothing expires between a command that one
 * server has seen and the other not yet. No drawn number is so large that a server would take much
 * memory for it, unless it is refused.
 */
public final class Draw {
    private static final List<String> KEYS =
            List.of(
                    "a",
                    "b",
                    "c",
                    "{t}1",
                    "{t}2",
                    "{t}3",
                    "key:with:a:long:name",
                    "\0bin\r\n\u00ff",
                    "");
    private static final List<String> EDGE_INTEGERS =
            List.of(
                    "0",
                    "-1",
                    "7",
                    "100",
                    "9223372036854775807",
                    "-9223372036854775808",
                    "9223372036854775806",
                    "-9223372036854775807");
    private static final List<String> NO_INTEGERS =
            List.of(
                    "",
                    "abc",
                    " 1",
                    "1 ",
                    "+1",
                    "01",
                    "-0",
                    "1.5",
                    "1e3",
                    "0x10",
                    "9223372036854775808",
                    "-9223372036854775809",
                    "99999999999999999999999",
                    "--1",
                    "1\0");
    private static final List<String> REALS =
            List.of(
                    "0",
                    "1",
                    "-1",
                    "0.1",
                    "3.14",
                    "-2.5",
                    "3.0e3",
                    "1e-3",
                    "10.50",
                    "5e17",
                    "1e18",
                    "123456789.123",
                    "-0",
                    "0.00001",
                    "1024");
    private static final List<String> NO_REALS =
            List.of(
                    "nan",
                    "inf",
                    "-inf",
                    "+inf",
                    "infinity",
                    "abc",
                    "",
                    " 1",
                    "1 ",
                    "1e",
                    "0x1p",
                    "1e5000");

    private final SplittableRandom random;

    public Draw(SplittableRandom random) {
        this.random = random;
    }

    /** A number from 0 to {@code bound - 1}. */
    public int below(int bound) {
        return random.nextInt(bound);
    }

    /** True in {@code percent} of a hundred cases. */
    public boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    /** One of the items. */
    public <T> T of(List<T> items) {
        return items.get(random.nextInt(items.size()));
    }

    /** One of a few keys, binary and empty ones among them. */
    public String key() {
        // The first ones more often: what commands do to each other is the point.
        return chance(70) ? KEYS.get(random.nextInt(5)) : of(KEYS);
    }

    /** A value: a number, a word, nothing, or some bytes. */
    public String value() {
        return switch (random.nextInt(8)) {
            case 0 -> of(EDGE_INTEGERS);
            case 1, 2 -> "" + random.nextInt(-200, 20_000);
            case 3 -> of(REALS);
            case 4 -> bytes(random.nextInt(100));
            case 5 -> text(random.nextInt(60));
            case 6 -> chance(50) ? "" : of(NO_INTEGERS);
            default -> of(List.of("hello", "world", "foobar", "ohmytext", "mynewtext"));
        };
    }

    /** A small alphabet, so that texts share parts. */
    public String text(int length) {
        StringBuilder text = new StringBuilder();
        for (int index = 0; index < length; index++) {
            text.append((char) ('a' + random.nextInt(4)));
        }
        return text.toString();
    }

    /** Any bytes. */
    public String bytes(int length) {
        StringBuilder text = new StringBuilder();
        for (int index = 0; index < length; index++) {
            text.append(
                    (char)
                            (chance(30)
                                    ? random.nextInt(3) * 0x7f + (chance(50) ? 0 : 1)
                                    : random.nextInt(256)));
        }
        return text.toString();
    }

    /** A whole number, mostly small, now and then at an edge or none at all. */
    public String integer() {
        return switch (random.nextInt(12)) {
            case 0 -> of(NO_INTEGERS);
            case 1, 2 -> of(EDGE_INTEGERS);
            default -> "" + random.nextInt(-50, 1_000);
        };
    }

    /** A real number, now and then none at all. */
    public String real() {
        return chance(10) ? of(NO_REALS) : of(REALS);
    }

    /** An index into a value from either end. */
    public String index() {
        return switch (random.nextInt(10)) {
            case 0 -> integer();
            case 1 -> of(EDGE_INTEGERS);
            default -> "" + random.nextInt(-25, 25);
        };
    }

    /** A place to write to: small, or too large, or no number. */
    public String offset() {
        return switch (random.nextInt(12)) {
            case 0 -> of(List.of("536870912", "4294967296", "9223372036854775807", "-1"));
            case 1 -> of(NO_INTEGERS);
            case 2 -> "" + random.nextInt(2_000);
            default -> "" + random.nextInt(40);
        };
    }

    /** Seconds to live: 1,000 and more, or none left, or no valid time. */
    public String seconds() {
        return time(1_000, 10_000_000);
    }

    /** Milliseconds to live: 1,000,000 and more, or none left, or no valid time. */
    public String millis() {
        return time(1_000_000, 10_000_000_000L);
    }

    /** A time of day in seconds: far ahead, or past. */
    public String secondOfEpoch() {
        return chance(15) ? "1000000000" : time(4_000_000_000L, 4_100_000_000L);
    }

    /** A time of day in milliseconds: far ahead, or past. */
    public String milliOfEpoch() {
        return chance(15) ? "1000000000000" : time(4_000_000_000_000L, 4_100_000_000_000L);
    }

    private String time(long from, long to) {
        return switch (random.nextInt(14)) {
            case 0 -> of(List.of("0", "-1", "-100"));
            case 1 ->
                    of(List.of("9223372036854775807", "-9223372036854775808", "9223372036854775"));
            case 2 -> of(NO_INTEGERS);
            default -> "" + random.nextLong(from, to);
        };
    }

    /** What fits nowhere; never a small positive number, which as a time to live would race. */
    public String junk() {
        return switch (random.nextInt(4)) {
            case 0 -> of(List.of("0", "-1", "9223372036854775807", "-9223372036854775808"));
            case 1 ->
                    of(
                            List.of(
                                    "NX", "XX", "GET", "KEEPTTL", "COUNT", "MATCH", "REPLACE", "*",
                                    "?"));
            default -> of(NO_INTEGERS);
        };
    }

    /** A word in capitals, small letters or both: servers must not care. */
    public String anyCase(String word) {
        return switch (random.nextInt(4)) {
            case 0 -> word.toLowerCase(java.util.Locale.ROOT);
            case 1 -> mixed(word);
            default -> word;
        };
    }

    private String mixed(String word) {
        StringBuilder text = new StringBuilder();
        for (int index = 0; index < word.length(); index++) {
            char letter = word.charAt(index);
            text.append(
                    random.nextBoolean()
                            ? Character.toLowerCase(letter)
                            : Character.toUpperCase(letter));
        }
        return text.toString();
    }
}
