package dev.millrace.queue.amqp.exchange;

import dev.millrace.queue.amqp.wire.AmqpError;
import dev.millrace.queue.amqp.wire.FieldValue;
import dev.millrace.queue.amqp.wire.Table;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The binding's arguments are headers of the message: all of them, or any, as its {@code x-match}
 * says. An argument without a value asks only that the header is there. Arguments that begin with
 * {@code x-} count only for {@code all-with-x} and {@code any-with-x}.
 */
final class HeadersMatcher implements Matcher {
    private static final String MATCH = "x-match";
    private static final Set<String> MODES = Set.of("all", "any", "all-with-x", "any-with-x");

    private final Set<Binding> bindings = new LinkedHashSet<>();

    /**
     * Looks at arguments before they become a binding.
     *
     * @throws AmqpError if their {@code x-match} is none
     */
    static void requireValid(Table arguments) {
        Optional<FieldValue> match = arguments.get(MATCH);
        if (match.isEmpty()) {
            return;
        }
        if (!(match.get() instanceof FieldValue.Text text)) {
            throw AmqpError.preconditionFailed(
                    "Invalid x-match field type %s (value %s); expected longstr"
                            .formatted(match.get().typeName(), match.get().shown()));
        }
        if (!MODES.contains(text.text())) {
            throw AmqpError.preconditionFailed(
                    "Invalid x-match field value <<\"%s\">>; expected all, any, all-with-x, or"
                                    .formatted(text.text())
                            + " any-with-x");
        }
    }

    @Override
    public void add(Binding binding) {
        bindings.add(binding);
    }

    @Override
    public void remove(Binding binding) {
        bindings.remove(binding);
    }

    @Override
    public void match(String routingKey, Headers headers, Consumer<Destination> taker) {
        if (bindings.isEmpty()) {
            return;
        }
        Table of = headers.table();
        for (Binding binding : bindings) {
            if (matches(binding.arguments(), of)) {
                taker.accept(binding.destination());
            }
        }
    }

    private static boolean matches(Table arguments, Table headers) {
        String mode = arguments.text(MATCH).orElse("all");
        boolean all = mode.startsWith("all");
        boolean withX = mode.endsWith("-with-x");
        for (Map.Entry<String, FieldValue> argument : arguments.fields().entrySet()) {
            String name = argument.getKey();
            if (name.equals(MATCH) || !withX && name.startsWith("x-")) {
                continue;
            }
            if (isThere(name, argument.getValue(), headers) != all) {
                return !all;
            }
        }
        return all;
    }

    private static boolean isThere(String name, FieldValue wanted, Table headers) {
        Optional<FieldValue> found = headers.get(name);
        return found.isPresent()
                && (wanted instanceof FieldValue.Nothing || wanted.sameAs(found.get()));
    }
}
