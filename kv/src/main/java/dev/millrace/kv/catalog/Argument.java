package dev.millrace.kv.catalog;

import java.util.List;

/**
 * An argument of a command as COMMAND DOCS tells it.
 *
 * @param type {@link #ONE_OF}, {@link #BLOCK}, {@link #TOKEN}, or what stands for it
 * @param keySpec which of the command's key specifications is about it; -1 if none
 * @param token the word that announces it, or stands for it; empty if there is none
 * @param since the version that brought it, if that is a later one than the command's; else empty
 * @param deprecatedSince the version from which on there is something better, or empty
 * @param flags whether it may be left out or repeated, in Redis's words
 * @param parts of which it is one ({@code oneof}), or which it has ({@code block}); else empty
 */
record Argument(
        String name,
        String type,
        int keySpec,
        String token,
        String since,
        String deprecatedSince,
        List<String> flags,
        List<Argument> parts) {
    static final String ONE_OF = "oneof";
    static final String BLOCK = "block";
    static final String TOKEN = "pure-token";
}
