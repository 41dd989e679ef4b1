package dev.millrace.app;

/**
 * One option of a command.
 *
 * @param name with its dashes, as {@code --data}
 * @param label what its value is called; none for an option that takes no value
 * @param doc one line
 * @param optional of an operand: whether it may be left out
 */
record Option(String name, String label, String doc, boolean optional) {
    Option(String name, String label, String doc) {
        this(name, label, doc, false);
    }

    static Option flag(String name, String doc) {
        return new Option(name, "", doc);
    }

    /** What stands without a name of its own, as {@code DIR}. */
    static Option operand(String name, String doc) {
        return new Option(name, "", doc);
    }

    /** An operand that may be left out; the last one only. */
    static Option optional(String name, String doc) {
        return new Option(name, "", doc, true);
    }

    boolean isFlag() {
        return label.isEmpty();
    }

    @Override
    public String toString() {
        String whole = isFlag() ? name : name + " " + label;
        return optional ? "[" + whole + "]" : whole;
    }
}
