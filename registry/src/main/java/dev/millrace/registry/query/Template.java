package dev.millrace.registry.query;

/**
 * That a query answers for names that only begin as its own does.
 *
 * @param type {@link #BY_PREFIX}, or empty: it does not
 * @param regexp whose groups the query may use; empty: none
 * @param removeEmptyTags whether tags that came to nothing are left out
 */
public record Template(String type, String regexp, boolean removeEmptyTags) {
    public static final Template NONE = new Template("", "", false);

    /** The only type that there is. */
    public static final String BY_PREFIX = "name_prefix_match";
}
