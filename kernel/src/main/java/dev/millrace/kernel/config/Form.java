package dev.millrace.kernel.config;

import java.math.BigInteger;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How one type of setting is written: what is allowed, and what a given text means.
 *
 * @param expected what is allowed, in words that complete "expected: "
 * @param reader gives the value, or nothing when the text is not allowed
 * @param writer the text that the reader would turn into the value again
 */
record Form<T>(String expected, Function<String, Optional<T>> reader, Function<T, String> writer) {

    private static final int PORT_MAX = 65_535;

    private static final Pattern AMOUNT = Pattern.compile("([0-9]{1,19}) *([a-zA-Z]*)");

    /** Redis's units: k is a thousand, kb is 1024. */
    private static final Map<String, Long> BYTE_UNITS =
            Map.of(
                    "",
                    1L,
                    "b",
                    1L,
                    "k",
                    1_000L,
                    "m",
                    1_000_000L,
                    "g",
                    1_000_000_000L,
                    "kb",
                    1L << 10,
                    "mb",
                    1L << 20,
                    "gb",
                    1L << 30);

    private static final Map<String, Long> MILLIS_UNITS =
            Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

    static Form<Integer> port() {
        return new Form<>(
                "a port, 0 to " + PORT_MAX + ", 0 picks a free one",
                text -> number(text, 0, PORT_MAX).map(Math::toIntExact),
                String::valueOf);
    }

    static Form<Long> count(long least, long most) {
        return new Form<>(
                "a whole number, " + least + " to " + most,
                text -> number(text, least, most),
                String::valueOf);
    }

    static Form<Long> bytes(long least, long most) {
        return new Form<>(
                "bytes, such as 64mb or 1gb, " + least + " to " + most,
                text -> amount(text, BYTE_UNITS, least, most),
                String::valueOf);
    }

    static Form<Duration> duration(Duration least, Duration most) {
        return new Form<>(
                "a duration, such as 500ms, 10s, 5m, " + span(least) + " to " + span(most),
                text ->
                        (text.equals("0")
                                        ? within(BigInteger.ZERO, least.toMillis(), most.toMillis())
                                        : amount(
                                                text,
                                                MILLIS_UNITS,
                                                least.toMillis(),
                                                most.toMillis()))
                                .map(Duration::ofMillis),
                Form::span);
    }

    static Form<Boolean> flag() {
        return new Form<>(
                "true or false",
                text ->
                        switch (text) {
                            case "true", "yes", "on" -> Optional.of(true);
                            case "false", "no", "off" -> Optional.of(false);
                            default -> Optional.empty();
                        },
                String::valueOf);
    }

    static Form<String> choice(List<String> choices) {
        return new Form<>(
                "one of " + String.join(", ", choices),
                text -> Optional.of(text).filter(choices::contains),
                Function.identity());
    }

    static <E extends Enum<E>> Form<E> choice(Class<E> type) {
        Map<String, E> byName =
                Arrays.stream(type.getEnumConstants())
                        .collect(Collectors.toMap(Form::nameOf, Function.identity()));
        List<String> names = Arrays.stream(type.getEnumConstants()).map(Form::nameOf).toList();
        return new Form<>(
                "one of " + String.join(", ", names),
                text -> Optional.ofNullable(byName.get(text)),
                Form::nameOf);
    }

    static Form<String> text() {
        return new Form<>("text", Optional::of, Function.identity());
    }

    private static String nameOf(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static Optional<Long> number(String text, long least, long most) {
        return text.matches("-?[0-9]{1,19}")
                ? within(new BigInteger(text), least, most)
                : Optional.empty();
    }

    private static Optional<Long> amount(
            String text, Map<String, Long> units, long least, long most) {
        Matcher matcher = AMOUNT.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        Long unit = units.get(matcher.group(2).toLowerCase(Locale.ROOT));
        return unit == null
                ? Optional.empty()
                : within(
                        new BigInteger(matcher.group(1)).multiply(BigInteger.valueOf(unit)),
                        least,
                        most);
    }

    private static Optional<Long> within(BigInteger value, long least, long most) {
        boolean allowed =
                value.compareTo(BigInteger.valueOf(least)) >= 0
                        && value.compareTo(BigInteger.valueOf(most)) <= 0;
        return allowed ? Optional.of(value.longValueExact()) : Optional.empty();
    }

    private static String span(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
    }
}
