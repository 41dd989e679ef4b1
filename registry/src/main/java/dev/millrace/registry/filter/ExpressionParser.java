package dev.millrace.registry.filter;

import dev.millrace.registry.filter.Expression.And;
import dev.millrace.registry.filter.Expression.Match;
import dev.millrace.registry.filter.Expression.Not;
import dev.millrace.registry.filter.Expression.Or;
import dev.millrace.registry.filter.Expression.Selector;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The grammar of filters (hashicorp/go-bexpr, grammar.peg), with what it calls its rules in error
 * messages.
 *
 * <pre>
 * or       = and { _ "or" _ and }                 what is first binds least; both to the right
 * and      = not { _ "and" _ not }
 * not      = "not" _ not | grouping
 * grouping = "(" or ")" | match
 * match    = selector ( "==" | "!=" | _ [ "not" _ ] ( "contains" | "matches" ) _ ) value
 *          | selector _ "is" _ [ "not" _ ] "empty"
 *          | value _ [ "not" _ ] "in" _ selector
 * selector = name { "." name | "." digits | "[" string "]" } | '"' { "/" segment } '"'
 * value    = selector, but for pointers | number | string
 * </pre>
 *
 * <p>The original tries its alternatives from the same place again and again, which takes
 * exponential time for nested parentheses. Here alternatives that begin alike are read once, so
 * that the time is linear; what is accepted, and the places and words of errors, are the same.
 */
final class ExpressionParser {
    private static final int NESTING_MAX = 64;
    private static final int MATCHES_MAX = 32;

    private final Scan scan;
    private int nesting;
    private int matches;

    private ExpressionParser(String text) {
        this.scan = new Scan(text);
    }

    /**
     * Reads a whole expression.
     *
     * @throws Malformed when it is none, with line, column and what would have been possible
     */
    static Expression parse(String text) throws Malformed {
        ExpressionParser parser = new ExpressionParser(text);
        parser.scan.spaces();
        Optional<Expression> whole = parser.or();
        parser.scan.spaces();
        if (whole.isEmpty() || !parser.scan.end() || parser.scan.hasErrors()) {
            throw new Malformed(parser.scan.complaint());
        }
        if (parser.matches > MATCHES_MAX) {
            throw new Malformed(
                    "Number of match expressions ("
                            + parser.matches
                            + ") exceeds the limit ("
                            + MATCHES_MAX
                            + ")");
        }
        return whole.get();
    }

    private Optional<Expression> or() throws Malformed {
        List<Expression> operands = new ArrayList<>();
        Optional<Expression> next = and();
        while (next.isPresent()) {
            operands.add(next.get());
            int before = scan.at();
            next = joined("or") ? and() : Optional.empty();
            if (next.isEmpty()) {
                scan.back(before);
            }
        }
        return operands.reversed().stream().reduce((right, left) -> new Or(left, right));
    }

    private Optional<Expression> and() throws Malformed {
        List<Expression> operands = new ArrayList<>();
        Optional<Expression> next = not();
        while (next.isPresent()) {
            operands.add(next.get());
            int before = scan.at();
            next = joined("and") ? not() : Optional.empty();
            if (next.isEmpty()) {
                scan.back(before);
            }
        }
        return operands.reversed().stream().reduce((right, left) -> new And(left, right));
    }

    private boolean joined(String word) {
        return scan.spaces() && scan.word(word) && scan.spaces();
    }

    private Optional<Expression> not() throws Malformed {
        int start = scan.at();
        if (scan.word("not") && scan.spaces()) {
            deeper();
            Optional<Expression> operand = not();
            nesting--;
            if (operand.isPresent()) {
                return operand.map(
                        inner -> inner instanceof Not(Expression twice) ? twice : new Not(inner));
            }
        }
        scan.back(start);
        return grouping();
    }

    private Optional<Expression> grouping() throws Malformed {
        int start = scan.at();
        if (!scan.word("(")) {
            Optional<Expression> match = match();
            matches += match.isPresent() ? 1 : 0;
            return match;
        }
        deeper();
        scan.spaces();
        Optional<Expression> inner = or();
        nesting--;
        scan.spaces();
        if (inner.isPresent() && scan.word(")")) {
            return inner;
        }
        if (inner.isPresent()) {
            scan.error(scan.at(), "grouping", "Unmatched parentheses");
        }
        scan.back(start);
        return Optional.empty();
    }

    private void deeper() throws Malformed {
        if (++nesting > NESTING_MAX) {
            throw new Malformed("Nesting of expressions exceeds the limit (" + NESTING_MAX + ")");
        }
    }

    private Optional<Expression> match() {
        int start = scan.at();
        Optional<Selector> selector = selector();
        if (selector.isPresent()) {
            int after = scan.at();
            Optional<Expression> compared =
                    compared(selector.get(), after).or(() -> emptiness(selector.get(), after));
            if (compared.isPresent()) {
                return compared;
            }
        }
        scan.back(start);
        return membership();
    }

    private Optional<Expression> compared(Selector selector, int after) {
        Optional<Operator> operator = comparison(after);
        Optional<String> value = operator.flatMap(_ -> value());
        return value.map(text -> new Match(selector, operator.orElseThrow(), text));
    }

    private Optional<Operator> comparison(int start) {
        if (sign(start, "==")) {
            return Optional.of(Operator.EQUAL);
        }
        if (sign(start, "!=")) {
            return Optional.of(Operator.NOT_EQUAL);
        }
        if (words(start, "contains")) {
            return Optional.of(Operator.IN);
        }
        if (words(start, "not", "contains")) {
            return Optional.of(Operator.NOT_IN);
        }
        if (words(start, "matches")) {
            return Optional.of(Operator.MATCHES);
        }
        return words(start, "not", "matches")
                ? Optional.of(Operator.NOT_MATCHES)
                : Optional.empty();
    }

    private boolean sign(int start, String sign) {
        scan.back(start);
        scan.spaces();
        if (!scan.word(sign)) {
            return false;
        }
        scan.spaces();
        return true;
    }

    /** White space, words between white space, and white space. */
    private boolean words(int start, String... words) {
        scan.back(start);
        if (!scan.spaces()) {
            return false;
        }
        for (String word : words) {
            if (!scan.word(word) || !scan.spaces()) {
                return false;
            }
        }
        return true;
    }

    private Optional<Expression> emptiness(Selector selector, int after) {
        if (isEmpty(after, "is")) {
            return Optional.of(new Match(selector, Operator.IS_EMPTY, ""));
        }
        return isEmpty(after, "is", "not")
                ? Optional.of(new Match(selector, Operator.IS_NOT_EMPTY, ""))
                : Optional.empty();
    }

    private boolean isEmpty(int start, String... words) {
        return words(start, words) && scan.word("empty");
    }

    private Optional<Expression> membership() {
        Optional<String> value = value();
        if (value.isEmpty()) {
            return Optional.empty();
        }
        int after = scan.at();
        boolean in = words(after, "in");
        if (!in && !words(after, "not", "in")) {
            return Optional.empty();
        }
        Optional<Selector> selector = selector();
        if (selector.isEmpty()) {
            scan.error(scan.at(), "match", "Invalid selector");
        }
        return selector.map(of -> new Match(of, in ? Operator.IN : Operator.NOT_IN, value.get()));
    }

    private Optional<Selector> selector() {
        Optional<Selector> pointer = pointer();
        return pointer.isPresent() ? pointer : dotted();
    }

    private Optional<Selector> dotted() {
        int start = scan.at();
        if (!name()) {
            return Optional.empty();
        }
        List<String> path = new ArrayList<>();
        path.add(scan.since(start));
        Optional<String> next = part();
        while (next.isPresent()) {
            path.add(next.get());
            next = part();
        }
        return Optional.of(new Selector(path));
    }

    private boolean name() {
        if (!scan.one(ExpressionParser::isLetter, "[a-zA-Z]")) {
            return false;
        }
        scan.many(c -> isLetter(c) || isDigit(c) || c == '_', "[a-zA-Z0-9_]");
        return true;
    }

    private Optional<String> part() {
        int start = scan.at();
        if (scan.word(".")) {
            int from = scan.at();
            if (name()) {
                return Optional.of(scan.since(from));
            }
            scan.many(ExpressionParser::isDigit, "[0-9]");
            if (scan.at() > from) {
                return Optional.of(scan.since(from));
            }
            scan.back(start);
        }
        return index();
    }

    private Optional<String> index() {
        int start = scan.at();
        if (!scan.word("[")) {
            return Optional.empty();
        }
        scan.spaces();
        Optional<String> key = string();
        if (key.isEmpty()) {
            scan.error(scan.at(), "index", "Invalid index");
            scan.back(start);
            return Optional.empty();
        }
        scan.spaces();
        if (!scan.word("]")) {
            scan.error(scan.at(), "index", "Unclosed index expression");
            scan.back(start);
            return Optional.empty();
        }
        return key;
    }

    /** A JSON pointer (RFC 6901) in quotes; newer filters have them, so nobody is told of them. */
    private Optional<Selector> pointer() {
        int start = scan.at();
        List<String> path = new ArrayList<>();
        if (scan.isNext('"')) {
            scan.next();
            while (scan.isNext('/')) {
                scan.next();
                int from = scan.at();
                while (!scan.isAtEnd() && !scan.isNext('/') && !scan.isNext('"')) {
                    scan.next();
                }
                path.add(scan.since(from).replace("~1", "/").replace("~0", "~"));
            }
            if (!path.isEmpty() && !path.contains("") && scan.isNext('"')) {
                scan.next();
                return Optional.of(new Selector(path));
            }
        }
        scan.back(start);
        return Optional.empty();
    }

    private Optional<String> value() {
        int start = scan.at();
        Optional<String> bare = dotted().map(Selector::text);
        if (bare.isPresent()) {
            return bare;
        }
        scan.back(start);
        Optional<String> number = number();
        if (number.isPresent()) {
            return number;
        }
        scan.back(start);
        return string();
    }

    private Optional<String> number() {
        int start = scan.at();
        scan.word("-");
        if (!scan.word("0")) {
            if (!scan.one(c -> c >= '1' && c <= '9', "[1-9]")) {
                return Optional.empty();
            }
            scan.many(ExpressionParser::isDigit, "[0-9]");
        }
        fraction();
        String number = scan.since(start);
        int after = scan.at();
        boolean isWhole = scan.spaces() || scan.end() || scan.word(")");
        scan.back(after);
        if (!isWhole) {
            scan.error(after, "number", "Invalid number literal");
            return Optional.empty();
        }
        return Optional.of(number);
    }

    private void fraction() {
        int start = scan.at();
        if (!scan.word(".")) {
            return;
        }
        int from = scan.at();
        scan.many(ExpressionParser::isDigit, "[0-9]");
        if (scan.at() == from) {
            scan.back(start);
        }
    }

    private Optional<String> string() {
        int start = scan.at();
        if (!scan.word("`") && !scan.word("\"")) {
            return Optional.empty();
        }
        char quote = scan.since(start).charAt(0);
        while (!scan.isAtEnd() && !scan.isNext(quote)) {
            scan.next();
        }
        if (scan.isAtEnd()) {
            scan.error(scan.at(), "string", "Unterminated string literal");
            scan.back(start);
            return Optional.empty();
        }
        scan.next();
        Optional<String> text = Literal.unquoted(scan.since(start));
        if (text.isEmpty()) {
            scan.error(start, "string", "invalid syntax");
        }
        return text;
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
