package dev.millrace.registry.filter;

import java.util.List;

/** What was written, before it is known what can be selected. */
sealed interface Expression {
    record And(Expression left, Expression right) implements Expression {}

    record Or(Expression left, Expression right) implements Expression {}

    record Not(Expression operand) implements Expression {}

    /**
     * One comparison.
     *
     * @param value empty for operators that take none
     */
    record Match(Selector selector, Operator operator, String value) implements Expression {}

    /** Which value: the names of fields and keys, from outside to inside. */
    record Selector(List<String> path) {
        public Selector {
            path = List.copyOf(path);
        }

        /** As error messages name it. */
        String text() {
            return String.join(".", path);
        }

        /** The same up to one of its names. */
        Selector upTo(int index) {
            return new Selector(path.subList(0, index + 1));
        }
    }
}
