package dev.millrace.registry.filter;

import dev.millrace.registry.filter.Expression.And;
import dev.millrace.registry.filter.Expression.Match;
import dev.millrace.registry.filter.Expression.Not;
import dev.millrace.registry.filter.Expression.Or;

import java.util.function.Predicate;

/**
 * A filter of a query, as in {@code Service == "web" and "v1" in Tags and Meta.env != "dev"}:
 * go-bexpr's language as Consul has it. What it costs is bounded: the length of the text, its
 * nesting, the number of its comparisons and the length of each value are, and regular expressions
 * are RE2's, which take time linear in what they are matched with.
 */
public final class Filter {
    private static final int BYTES_MAX = 1 << 15;
    private static final int VALUE_MAX = 512;

    /** What a text means. */
    public sealed interface Compiled<T> {}

    /** It is a filter. */
    public record Usable<T>(Predicate<T> predicate) implements Compiled<T> {}

    /**
     * It is none.
     *
     * @param reason in Consul's words, for the body of an answer
     */
    public record Unusable<T>(String reason) implements Compiled<T> {}

    private Filter() {}

    /**
     * Compiles a filter.
     *
     * @param text of the query's parameter; empty: everything is let through
     * @param fields what can be selected
     */
    public static <T> Compiled<T> compile(String text, Fields<T> fields) {
        if (text.isEmpty()) {
            return new Usable<>(_ -> true);
        }
        try {
            return new Usable<>(predicate(text, fields));
        } catch (Malformed malformed) {
            return new Unusable<>(
                    "Failed to create boolean expression evaluator: " + malformed.reason());
        }
    }

    private static <T> Predicate<T> predicate(String text, Fields<T> fields) throws Malformed {
        if (text.length() > BYTES_MAX) {
            throw new Malformed(
                    "Expression with length "
                            + text.length()
                            + " exceeds the limit ("
                            + BYTES_MAX
                            + ")");
        }
        return predicate(ExpressionParser.parse(text), fields);
    }

    private static <T> Predicate<T> predicate(Expression expression, Fields<T> fields)
            throws Malformed {
        return switch (expression) {
            case And(Expression left, Expression right) ->
                    predicate(left, fields).and(predicate(right, fields));
            case Or(Expression left, Expression right) ->
                    predicate(left, fields).or(predicate(right, fields));
            case Not(Expression operand) -> predicate(operand, fields).negate();
            case Match match -> checked(match, fields);
        };
    }

    private static <T> Predicate<T> checked(Match match, Fields<T> fields) throws Malformed {
        if (match.value().length() > VALUE_MAX) {
            throw new Malformed(
                    "Value in expression with length "
                            + match.value().length()
                            + " for selector \""
                            + match.selector().text()
                            + "\" exceeds maximum length of "
                            + VALUE_MAX);
        }
        return fields.predicate(match, 0);
    }
}
