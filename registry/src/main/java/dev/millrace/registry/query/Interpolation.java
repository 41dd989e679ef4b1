package dev.millrace.registry.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A text with places in it that are filled when it is rendered, as HIL writes them: a dollar sign
 * and, in braces, {@code name.suffix} or {@code match(1)}. Two dollar signs before a brace are one,
 * and no place. Of HIL there are variables, the one function, and texts in quotation marks.
 */
final class Interpolation {
    private final List<Part> parts;

    private Interpolation(List<Part> parts) {
        this.parts = parts;
    }

    /** What stands there. */
    private sealed interface Part {
        record Literal(String text) implements Part {}

        record Variable(String name) implements Part {}

        record Group(int number) implements Part {}
    }

    /** What places are filled with. */
    interface Values {
        /** Nothing if there is no such variable. */
        Optional<String> variable(String name);

        /** A group of the expression; empty if there is none. */
        String group(int number);
    }

    static Interpolation read(String text) throws BadQuery {
        List<Part> parts = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            if (text.startsWith("$${", at)) {
                literal.append("${");
                at += 3;
            } else if (text.startsWith("${", at)) {
                int end = end(text, at + 2);
                parts.add(new Part.Literal(literal.toString()));
                literal.setLength(0);
                parts.add(part(text.substring(at + 2, end).strip()));
                at = end + 1;
            } else {
                literal.append(text.charAt(at++));
            }
        }
        parts.add(new Part.Literal(literal.toString()));
        return new Interpolation(parts);
    }

    /** Where a place ends; a brace within quotation marks does not. */
    private static int end(String text, int from) throws BadQuery {
        boolean quoted = false;
        for (int at = from; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '}' && !quoted) {
                return at;
            }
        }
        throw new BadQuery("expected \"}\" but found end of string");
    }

    private static Part part(String expression) throws BadQuery {
        if (expression.length() > 1 && expression.startsWith("\"") && expression.endsWith("\"")) {
            String text = expression.substring(1, expression.length() - 1);
            if (text.indexOf('"') < 0) {
                return new Part.Literal(text);
            }
        }
        if (expression.startsWith("match(") && expression.endsWith(")")) {
            String number = expression.substring("match(".length(), expression.length() - 1);
            try {
                return new Part.Group(Integer.parseInt(number.strip()));
            } catch (NumberFormatException noNumber) {
                throw new BadQuery("argument 1 of match should be a number, is " + number);
            }
        }
        if (expression.isEmpty() || !expression.chars().allMatch(Interpolation::isOfName)) {
            throw new BadQuery("expected expression but found \"" + expression + "\"");
        }
        return new Part.Variable(expression);
    }

    private static boolean isOfName(int c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '.' || c == '-' || c == ':';
    }

    String rendered(Values values) throws BadQuery {
        StringBuilder text = new StringBuilder();
        for (Part part : parts) {
            if (text.length() > CompiledTemplate.CHARS_MAX) {
                break; // It is refused as a whole.
            }
            text.append(
                    switch (part) {
                        case Part.Literal literal -> literal.text();
                        case Part.Group group -> values.group(group.number());
                        case Part.Variable variable ->
                                values.variable(variable.name())
                                        .orElseThrow(
                                                () ->
                                                        new BadQuery(
                                                                "unknown variable accessed: "
                                                                        + variable.name()));
                    });
        }
        return text.toString();
    }
}
