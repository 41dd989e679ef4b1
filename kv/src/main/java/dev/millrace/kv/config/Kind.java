package dev.millrace.kv.config;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Stream;

/** A parameter's type: makes the one form that CONFIG GET answers of what CONFIG SET was given. */
@FunctionalInterface
interface Kind {
    String read(String given) throws BadValue;

    /** yes or no. */
    Kind FLAG =
            given -> {
                String lower = given.toLowerCase(Locale.ROOT);
                if (!lower.equals("yes") && !lower.equals("no")) {
                    throw new BadValue("argument must be 'yes' or 'no'");
                }
                return lower;
            };

    /** Whatever it is. */
    Kind TEXT = given -> given;

    /** An integer within bounds. */
    static Kind number(long least, long most) {
        return given -> {
            if (!given.matches("0|-?[1-9][0-9]{0,18}")) {
                throw new BadValue("argument couldn't be parsed into an integer");
            }
            try {
                return within(Long.parseLong(given), least, most);
            } catch (NumberFormatException tooLarge) {
                throw new BadValue("argument couldn't be parsed into an integer");
            }
        };
    }

    /** Bytes, with a unit if one likes: 1k is a thousand, 1kb is 1024. */
    static Kind bytes(long least, long most) {
        return given -> {
            long bytes = parseBytes(given);
            if (bytes < 0) {
                throw new BadValue("argument must be a memory value");
            }
            return within(bytes, least, most);
        };
    }

    /** Bytes, or so many percent of what there is. */
    static Kind bytesOrPercent() {
        return given -> {
            if (given.matches("[0-9]{1,18}%")) {
                long percent = Long.parseLong(given.substring(0, given.length() - 1));
                if (percent > 100) {
                    throw new BadValue("percentage argument must be less or equal to 100");
                }
                return given;
            }
            long bytes = parseBytes(given);
            if (bytes < 0) {
                throw new BadValue("argument must be a memory or percent value");
            }
            return Long.toString(bytes);
        };
    }

    /** A number in base eight. */
    static Kind octal(int most) {
        return given -> {
            if (!given.matches("[0-7]{1,10}")) {
                throw new BadValue("argument couldn't be parsed as an octal number");
            }
            long value = Long.parseLong(given, 8);
            if (value > most) {
                throw new BadValue("argument must be between 0 and %o inclusive".formatted(most));
            }
            return Long.toString(value, 8);
        };
    }

    /** One of these words. */
    static Kind choice(String... words) {
        return given -> {
            String lower = given.toLowerCase(Locale.ROOT);
            if (!List.of(words).contains(lower)) {
                throw new BadValue(
                        "argument(s) must be one of the following: " + String.join(", ", words));
            }
            return lower;
        };
    }

    /** Any of these words, the first of which stands for none. */
    static Kind several(String... words) {
        Kind one = choice(words);
        return given -> {
            Set<String> wanted = new HashSet<>();
            for (String word : given.split(" ", -1)) {
                wanted.add(one.read(word));
            }
            wanted.remove(words[0]);
            List<String> ordered = Stream.of(words).filter(wanted::contains).toList();
            return ordered.isEmpty() ? words[0] : String.join(" ", ordered);
        };
    }

    private static String within(long value, long least, long most) throws BadValue {
        if (value < least || value > most) {
            throw new BadValue("argument must be between " + least + " and " + most + " inclusive");
        }
        return Long.toString(value);
    }

    /** The bytes that a text like 10mb says, or -1 if it says nothing. */
    static long parseBytes(String given) {
        IntPredicate isDigit = c -> c >= '0' && c <= '9';
        int digits = 0;
        while (digits < given.length() && isDigit.test(given.charAt(digits))) {
            digits++;
        }
        long unit =
                switch (given.substring(digits).toLowerCase(Locale.ROOT)) {
                    case "", "b" -> 1;
                    case "k" -> 1000;
                    case "kb" -> 1L << 10;
                    case "m" -> 1_000_000;
                    case "mb" -> 1L << 20;
                    case "g" -> 1_000_000_000;
                    case "gb" -> 1L << 30;
                    default -> 0;
                };
        if (unit == 0 || digits > 18) {
            return -1;
        }
        long value = digits == 0 ? 0 : Long.parseLong(given.substring(0, digits));
        return value > Long.MAX_VALUE / unit ? -1 : value * unit;
    }
}
