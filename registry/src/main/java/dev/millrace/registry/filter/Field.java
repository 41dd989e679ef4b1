package dev.millrace.registry.filter;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

import dev.millrace.kernel.guard.PatternSize;
import dev.millrace.registry.filter.Expression.Match;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * One thing that can be selected of a T, or has parts that can.
 *
 * <pre>
 * kind           operators                                       parts
 * text           ==, !=, in (a part of it), matches              none
 * flag, whole    ==, !=                                          none
 * texts          in (one of them), is empty                      none
 * map            in (a key), is empty                            any key: as its values
 * group          none                                            its fields
 * groups         is empty                                        their fields: one of them holds
 * </pre>
 */
sealed interface Field<T> {
    /**
     * What a comparison makes of a T.
     *
     * @param depth the name in the selector's path that comes after this field
     * @throws Malformed when there is no such part, or it cannot be compared so
     */
    Predicate<T> predicate(Match match, int depth) throws Malformed;

    /** A text. */
    record Text<T>(Function<T, String> value) implements Field<T> {
        @Override
        public Predicate<T> predicate(Match match, int depth) throws Malformed {
            end(match, depth);
            String wanted = match.value();
            Predicate<String> holds =
                    switch (match.operator()) {
                        case EQUAL, NOT_EQUAL -> wanted::equals;
                        case IN, NOT_IN -> text -> text.contains(wanted);
                        case MATCHES, NOT_MATCHES -> pattern(wanted);
                        case IS_EMPTY, IS_NOT_EMPTY -> throw invalid(match);
                    };
            return signed(match, of -> holds.test(value.apply(of)));
        }

        private static Predicate<String> pattern(String expression) throws Malformed {
            if (PatternSize.of(expression) > PatternSize.MOST) {
                throw uncompiled(expression, "error parsing regexp: expression too large");
            }
            try {
                Pattern pattern = Pattern.compile(expression);
                return text -> pattern.matcher(text).find();
            } catch (PatternSyntaxException syntax) {
                throw uncompiled(expression, String.valueOf(syntax.getMessage()));
            }
        }

        private static Malformed uncompiled(String expression, String reason) {
            return new Malformed(
                    "Failed to compile regular expression \"" + expression + "\": " + reason);
        }
    }

    /** True or false. */
    record Flag<T>(Predicate<T> value) implements Field<T> {
        @Override
        public Predicate<T> predicate(Match match, int depth) throws Malformed {
            equality(match, depth);
            boolean wanted = wanted(match);
            return signed(match, of -> value.test(of) == wanted);
        }

        private static boolean wanted(Match match) throws Malformed {
            return switch (match.value()) {
                case "1", "t", "T", "TRUE", "true", "True" -> true;
                case "0", "f", "F", "FALSE", "false", "False" -> false;
                default -> throw uncoerced(match, "strconv.ParseBool");
            };
        }
    }

    /** A whole number. */
    record Whole<T>(ToLongFunction<T> value) implements Field<T> {
        @Override
        public Predicate<T> predicate(Match match, int depth) throws Malformed {
            equality(match, depth);
            long wanted = wanted(match);
            return signed(match, of -> value.applyAsLong(of) == wanted);
        }

        private static long wanted(Match match) throws Malformed {
            try {
                return Long.parseLong(match.value());
            } catch (NumberFormatException none) {
                throw uncoerced(match, "strconv.ParseInt");
            }
        }
    }

    /** Some texts. */
    record Texts<T>(Function<T, List<String>> value) implements Field<T> {
        @Override
        public Predicate<T> predicate(Match match, int depth) throws Malformed {
            end(match, depth);
            String wanted = match.value();
            return switch (match.operator()) {
                case IN, NOT_IN -> signed(match, of -> value.apply(of).contains(wanted));
                case IS_EMPTY, IS_NOT_EMPTY -> signed(match, of -> value.apply(of).isEmpty());
                case EQUAL, NOT_EQUAL, MATCHES, NOT_MATCHES -> throw invalid(match);
            };
        }
    }

    /** Values by key; what is selected of a key that is not there does not exist. */
    record Keyed<T, V>(Function<T, Map<String, V>> value, Field<V> values) implements Field<T> {
        @Override
        public Predicate<T> predicate(Match match, int depth) throws Malformed {
            List<String> path = match.selector().path();
            if (depth < path.size()) {
                return ofKey(path.get(depth), match, depth);
            }
            String wanted = match.value();
            return switch (match.operator()) {
                case IN, NOT_IN -> signed(match, of -> value.apply(of).containsKey(wanted));
                case IS_EMPTY, IS_NOT_EMPTY -> signed(match, of -> value.apply(of).isEmpty());
                case EQUAL, NOT_EQUAL, MATCHES, NOT_MATCHES -> throw invalid(match);
            };
        }

        private Predicate<T> ofKey(String key, Match match, int depth) throws Malformed {
            Predicate<V> holds = values.predicate(match, depth + 1);
            boolean otherwise = match.operator().holdsForNothing();
            return of -> {
                V found = value.apply(of).get(key);
                return found == null ? otherwise : holds.test(found);
            };
        }
    }

    /** Something with fields of its own. */
    record Group<T, G>(Function<T, G> value, Fields<G> fields) implements Field<T> {
        @Override
        public Predicate<T> predicate(Match match, int depth) throws Malformed {
            if (depth == match.selector().path().size()) {
                throw invalid(match);
            }
            Predicate<G> holds = fields.predicate(match, depth);
            return of -> holds.test(value.apply(of));
        }
    }

    /** Several of those; a comparison holds if it does for one. */
    record Groups<T, G>(Function<T, List<G>> value, Fields<G> fields) implements Field<T> {
        @Override
        public Predicate<T> predicate(Match match, int depth) throws Malformed {
            if (depth < match.selector().path().size()) {
                Predicate<G> holds = fields.predicate(match, depth);
                return of -> value.apply(of).stream().anyMatch(holds);
            }
            return switch (match.operator()) {
                case IS_EMPTY, IS_NOT_EMPTY -> signed(match, of -> value.apply(of).isEmpty());
                case EQUAL, NOT_EQUAL, IN, NOT_IN, MATCHES, NOT_MATCHES -> throw invalid(match);
            };
        }
    }

    private static <T> Predicate<T> signed(Match match, Predicate<T> holds) {
        return match.operator().isNegative() ? holds.negate() : holds;
    }

    /** Nothing may be selected below. */
    private static void end(Match match, int depth) throws Malformed {
        if (depth < match.selector().path().size()) {
            throw Fields.unknown(match, depth);
        }
    }

    private static void equality(Match match, int depth) throws Malformed {
        end(match, depth);
        if (match.operator() != Operator.EQUAL && match.operator() != Operator.NOT_EQUAL) {
            throw invalid(match);
        }
    }

    private static Malformed invalid(Match match) {
        return new Malformed(
                "Invalid match operator \""
                        + match.operator().text()
                        + "\" for selector \""
                        + match.selector().text()
                        + "\"");
    }

    private static Malformed uncoerced(Match match, String reader) {
        return new Malformed(
                "Failed to coerce value \""
                        + match.value()
                        + "\" for selector \""
                        + match.selector().text()
                        + "\": "
                        + reader
                        + ": parsing \""
                        + match.value()
                        + "\": invalid syntax");
    }
}
