package dev.millrace.kv.collection;

/** The names and values of an entry that is to be added; they lie outside the stream. */
public interface StreamFields {
    /** How many names there are, each with a value; at least one. */
    int count();

    /** Where a name is, or at an odd index the value of the name before it. */
    long address(int index);

    int length(int index);
}
