package dev.millrace.app;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What followed a command's name: {@code --name VALUE}, {@code --name=VALUE} and flags.
 *
 * <p>By hand, and not by picocli, because that took 110 of the 230 ms of a whole start, with the
 * ahead-of-time cache and without annotations.
 */
final class Arguments {
    private final Map<String, List<String>> values;

    private Arguments(Map<String, List<String>> values) {
        this.values = values;
    }

    /** Reads words by the options and operands of a command. */
    static Arguments of(List<String> words, List<Option> options, List<Option> operands)
            throws Failed {
        Map<String, List<String>> values = new LinkedHashMap<>();
        Iterator<String> rest = words.iterator();
        Iterator<Option> missing = operands.iterator();
        while (rest.hasNext()) {
            String word = rest.next();
            if (!word.startsWith("-") && missing.hasNext()) {
                values.put(missing.next().name(), List.of(word));
                continue;
            }
            int equals = word.startsWith("--") ? word.indexOf('=') : -1;
            String name = equals < 0 ? word : word.substring(0, equals);
            Option option =
                    options.stream()
                            .filter(known -> known.name().equals(name))
                            .findFirst()
                            .orElseThrow(() -> unknown(word, options));
            String value;
            if (option.isFlag()) {
                if (equals >= 0) {
                    throw new Failed(Exit.USAGE, word + " (expected: " + option + ")");
                }
                value = "";
            } else if (equals >= 0) {
                value = word.substring(equals + 1);
            } else if (rest.hasNext()) {
                value = rest.next();
            } else {
                throw new Failed(Exit.USAGE, word + " (expected: " + option + ")");
            }
            values.computeIfAbsent(name, first -> new ArrayList<>()).add(value);
        }
        while (missing.hasNext()) {
            Option first = missing.next();
            if (!first.optional()) {
                throw new Failed(Exit.USAGE, first.name() + " is missing (" + first.doc() + ")");
            }
        }
        return new Arguments(values);
    }

    /** Whether an option was given. */
    boolean has(String name) {
        return values.containsKey(name);
    }

    /** The operand of that name. */
    String operand(String name) {
        return all(name).getLast();
    }

    /** The value that was given last. */
    Optional<String> last(String name) {
        return all(name).isEmpty() ? Optional.empty() : Optional.of(all(name).getLast());
    }

    /** Every value that was given, in order. */
    List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    /** The whole number that was given last. */
    int number(String name, int standard) throws Failed {
        String text = last(name).orElse(Integer.toString(standard));
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException wrong) {
            throw new Failed(Exit.USAGE, name + ": " + text + " (expected: a whole number)");
        }
    }

    private static Failed unknown(String word, List<Option> options) {
        String known = options.isEmpty() ? "nothing" : "one of " + names(options);
        return new Failed(Exit.USAGE, word + " (expected: " + known + ")");
    }

    private static String names(List<Option> options) {
        return String.join(", ", options.stream().map(Option::toString).toList());
    }
}
