package dev.millrace.app;

/**
 * One option of a command.
 *
 * @param name with its dashes, as {@code --data}
 * @param label what its value is called; none for an option that takes no value
 * @param doc one line
 */
record Option(String name, String label, String doc) {
    static Option flag(String name, String doc) {
        return new Option(name, "", doc);
    }

    /** What stands without a name of its own, as {@code DIR}. */
    static Option operand(String name, String doc) {
        return new Option(name, "", doc);
    }

    boolean isFlag() {
        return label.isEmpty();
    }

    @Override
    public String toString() {
        return isFlag() ? name : name + " " + label;
    }
}
