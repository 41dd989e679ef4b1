package dev.millrace.kv.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads the arguments of a command out of its line in the table of commands.
 *
 * <pre>
 *   arguments    = [ argument { " " argument } ]
 *   argument     = what { "?" | "*" | "+" | "@" version | "!" version }
 *   what         = TOKEN | name "=" TOKEN | [ TOKEN "=" ] ( value | name "(" parts ")" )
 *   value        = name [ ":" type ] [ "#" key specification ]
 *   parts        = arguments | argument { " | " argument }
 * </pre>
 *
 * <p>A word in capitals that stands alone is an argument named like it. A value without a type is a
 * string, or a key if it has a key specification; {@code key} alone is short for {@code key#0}. A
 * question mark: it may be left out; an asterisk: it may be repeated; a plus: it may be repeated
 * with its token before each; {@code @}: since; {@code !}: deprecated since.
 *
 * <p>The table is ours: what does not follow the grammar is a mistake, and fails an assertion.
 */
final class Syntax {
    private static final String KEY = "key";
    private static final String STRING = "string";
    private static final Set<String> TYPES =
            Set.of(STRING, KEY, "integer", "double", "pattern", "unix-time");
    private static final int NO_KEY_SPEC = -1;

    /** What ends a name, a type, a token or a version. */
    private static final String SIGNS = " ()?*+@!#=";

    private final String text;
    private int at;

    private Syntax(String text) {
        this.text = text;
    }

    static List<Argument> arguments(String text) {
        Syntax syntax = new Syntax(text);
        List<Argument> all = text.isEmpty() ? List.of() : syntax.sequence(" ");
        assert syntax.at == text.length() : text + " at " + syntax.at;
        return all;
    }

    private boolean takes(String expected) {
        boolean is = text.startsWith(expected, at);
        at += is ? expected.length() : 0;
        return is;
    }

    private String word() {
        int begin = at;
        while (at < text.length() && SIGNS.indexOf(text.charAt(at)) < 0) {
            at++;
        }
        assert at > begin : text + " at " + at;
        return text.substring(begin, at);
    }

    /** A token, which may be one of the signs, too: {@code equal==}; or empty. */
    private String sign() {
        if (at == text.length() || text.charAt(at) == ')' || text.charAt(at) == ' ') {
            return "";
        }
        boolean isSign = SIGNS.indexOf(text.charAt(at)) >= 0;
        return isSign ? text.substring(at, ++at) : word();
    }

    private List<Argument> sequence(String separator) {
        List<Argument> all = new ArrayList<>();
        do {
            all.add(argument());
        } while (takes(separator));
        return all;
    }

    private Argument argument() {
        String word = word();
        boolean capitals = isCapitals(word);
        if (!takes("=")) {
            return capitals ? token(lower(word), word) : value(word, "");
        }
        return capitals ? value(word(), word) : token(word, sign());
    }

    private static boolean isCapitals(String word) {
        return word.equals(word.toUpperCase(Locale.ROOT));
    }

    private static String lower(String word) {
        return word.toLowerCase(Locale.ROOT);
    }

    private Argument token(String name, String token) {
        return marked(name, Argument.TOKEN, NO_KEY_SPEC, token, List.of());
    }

    private Argument value(String word, String token) {
        if (takes("(")) {
            return group(word, token);
        }
        int colon = word.lastIndexOf(':');
        boolean typed = colon > 0 && TYPES.contains(word.substring(colon + 1));
        String name = typed ? word.substring(0, colon) : word;
        int keySpec = takes("#") ? Integer.parseInt(word()) : word.equals(KEY) ? 0 : NO_KEY_SPEC;
        String untyped = keySpec == NO_KEY_SPEC ? STRING : KEY;
        String type = typed ? word.substring(colon + 1) : untyped;
        return marked(name, type, keySpec, token, List.of());
    }

    private Argument group(String name, String token) {
        List<Argument> parts = new ArrayList<>();
        parts.add(argument());
        boolean alternatives = text.startsWith(" | ", at);
        if (takes(alternatives ? " | " : " ")) {
            parts.addAll(sequence(alternatives ? " | " : " "));
        }
        boolean closed = takes(")");
        assert closed : text + " at " + at;
        String type = alternatives ? Argument.ONE_OF : Argument.BLOCK;
        return marked(name, type, NO_KEY_SPEC, token, parts);
    }

    /** An argument with the marks that follow it. */
    private Argument marked(
            String name, String type, int keySpec, String token, List<Argument> parts) {
        List<String> flags = new ArrayList<>();
        if (takes("?")) {
            flags.add("optional");
        }
        if (takes("*")) {
            flags.add("multiple");
        } else if (takes("+")) {
            flags.addAll(List.of("multiple", "multiple_token"));
        }
        String since = takes("@") ? word() : "";
        String deprecatedSince = takes("!") ? word() : "";
        return new Argument(
                name,
                type,
                keySpec,
                token,
                since,
                deprecatedSince,
                List.copyOf(flags),
                List.copyOf(parts));
    }
}
