package dev.millrace.registry.query;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

import dev.millrace.registry.filter.PatternSize;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A template that is ready to be rendered for names. It belongs to one version of its query, and
 * two of the same are equal.
 */
public final class CompiledTemplate {
    /** Of a regular expression, as {@link PatternSize} counts it. */
    static final int PATTERN_MAX = 1_000;

    /** So many chars a query may have when it is rendered; its names are those who ask choose. */
    static final int CHARS_MAX = 1 << 18;

    private final PreparedQuery query;
    private final Optional<Pattern> pattern;
    private final Map<String, Interpolation> texts = new HashMap<>();

    private CompiledTemplate(PreparedQuery query, Optional<Pattern> pattern) {
        this.query = query;
        this.pattern = pattern;
    }

    /**
     * Of a query that is a template; it was rendered once to see that it can be.
     *
     * @throws BadQuery if it cannot
     */
    public static CompiledTemplate of(PreparedQuery query) throws BadQuery {
        if (!query.template().type().equals(Template.BY_PREFIX)) {
            throw new BadQuery("Bad Template.Type '" + query.template().type() + "'");
        }
        CompiledTemplate compiled = new CompiledTemplate(query, pattern(query.template().regexp()));
        query.service().rendered(compiled::learned, false);
        compiled.rendered(query.name());
        return compiled;
    }

    private static Optional<Pattern> pattern(String regexp) throws BadQuery {
        if (regexp.isEmpty()) {
            return Optional.empty();
        }
        if (PatternSize.of(regexp) > PATTERN_MAX) {
            throw new BadQuery("Bad Regexp: expression too large");
        }
        try {
            return Optional.of(Pattern.compile(regexp));
        } catch (PatternSyntaxException malformed) {
            throw new BadQuery("Bad Regexp: error parsing regexp: " + malformed.getMessage());
        }
    }

    private String learned(String text) throws BadQuery {
        if (text.contains("${")) {
            try {
                texts.put(text, Interpolation.read(text));
            } catch (BadQuery bad) {
                throw new BadQuery("Bad format '" + text + "' in Service: " + bad.why());
            }
        }
        return text;
    }

    /** The query as it is for a name. */
    PreparedQuery rendered(String name) throws BadQuery {
        Values values = new Values(name);
        ServiceQuery service =
                query.service()
                        .rendered(
                                text -> rendered(text, values), query.template().removeEmptyTags());
        return query.with(service);
    }

    private String rendered(String text, Values values) throws BadQuery {
        Interpolation interpolation = texts.get(text);
        if (interpolation == null) {
            return text;
        }
        try {
            return values.counted(interpolation.rendered(values));
        } catch (BadQuery bad) {
            throw new BadQuery("Bad evaluation for '" + text + "' in Service: " + bad.why());
        }
    }

    /** What is known of a name. */
    private final class Values implements Interpolation.Values {
        private final String name;
        private final Optional<Matcher> match;
        private int chars;

        Values(String name) {
            this.name = name;
            this.match = pattern.map(there -> there.matcher(name)).filter(Matcher::find);
        }

        String counted(String text) throws BadQuery {
            chars += text.length();
            if (chars > CHARS_MAX) {
                throw new BadQuery("too long (expected: <= " + CHARS_MAX + ")");
            }
            return text;
        }

        @Override
        public Optional<String> variable(String variable) {
            String prefix = query.name();
            return switch (variable) {
                case "name.full" -> Optional.of(name);
                case "name.prefix" -> Optional.of(prefix);
                case "name.suffix" ->
                        Optional.of(
                                name.regionMatches(true, 0, prefix, 0, prefix.length())
                                        ? name.substring(prefix.length())
                                        : name);
                // Segments are of the enterprise edition.
                case "agent.segment" -> Optional.of("");
                default -> Optional.empty();
            };
        }

        @Override
        public String group(int number) {
            if (match.isEmpty() || number < 0 || number > match.get().groupCount()) {
                return "";
            }
            return Optional.ofNullable(match.get().group(number)).orElse("");
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CompiledTemplate template && query.equals(template.query);
    }

    @Override
    public int hashCode() {
        return query.hashCode();
    }

    @Override
    public String toString() {
        return query.toString();
    }

    PreparedQuery query() {
        return query;
    }
}
