package dev.millrace.kv.catalog;

import java.util.List;

/**
 * An argument of a command as COMMAND DOCS tells it.
 *
 * @param token the word that announces it, or stands for it; empty if there is none
 * @param parts of which it is one ({@code oneof}), or which it has ({@code block}); else empty
 */
record Argument(
        String name,
        String type,
        String token,
        boolean optional,
        boolean multiple,
        List<Argument> parts) {
    static final String ONE_OF = "oneof";
    static final String BLOCK = "block";
    static final String TOKEN = "pure-token";

    Argument asOptional() {
        return new Argument(name, type, token, true, multiple, parts);
    }

    Argument asMultiple() {
        return new Argument(name, type, token, optional, true, parts);
    }

    Argument announcedBy(String word) {
        return new Argument(name, type, word, optional, multiple, parts);
    }
}
