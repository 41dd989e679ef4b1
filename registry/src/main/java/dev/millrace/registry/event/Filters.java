package dev.millrace.registry.event;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

import dev.millrace.registry.catalog.Host;
import dev.millrace.registry.catalog.Hosted;
import dev.millrace.registry.catalog.Instance;
import dev.millrace.registry.filter.PatternSize;

import java.io.Serial;
import java.util.Optional;

/** Whom an event is for. */
public final class Filters {
    /** Of an expression, as {@link PatternSize} counts it. */
    private static final int PATTERN_MAX = 1_000;

    private final Optional<Pattern> node;
    private final Optional<Pattern> service;
    private final Optional<Pattern> tag;

    private Filters(Optional<Pattern> node, Optional<Pattern> service, Optional<Pattern> tag) {
        this.node = node;
        this.service = service;
        this.tag = tag;
    }

    /** They cannot be understood; the message says why. */
    public static final class Malformed extends Exception {
        @Serial private static final long serialVersionUID = 1;

        Malformed(String why) {
            super(why, null, false, false);
        }

        public String why() {
            return String.valueOf(getMessage());
        }
    }

    /**
     * Those of an event.
     *
     * @throws Malformed if one is no expression, or there is one of tags only
     */
    public static Filters of(UserEvent event) throws Malformed {
        if (!event.tagFilter().isEmpty() && event.serviceFilter().isEmpty()) {
            throw new Malformed("Cannot provide tag filter without service filter");
        }
        return new Filters(
                pattern("node", event.nodeFilter()),
                pattern("service", event.serviceFilter()),
                pattern("tag", event.tagFilter()));
    }

    private static Optional<Pattern> pattern(String of, String expression) throws Malformed {
        if (expression.isEmpty()) {
            return Optional.empty();
        }
        if (PatternSize.of(expression) > PATTERN_MAX) {
            throw malformed(of, "expression too large");
        }
        try {
            return Optional.of(Pattern.compile(expression));
        } catch (PatternSyntaxException syntax) {
            throw malformed(of, String.valueOf(syntax.getMessage()));
        }
    }

    private static Malformed malformed(String of, String why) {
        return new Malformed("Invalid " + of + " filter: error parsing regexp: " + why);
    }

    /** Whether it is for a node as that is now. */
    public boolean fit(Host host) {
        return finds(node, host.node().name())
                && (service.isEmpty()
                        || host.instances().values().stream()
                                .map(Hosted::instance)
                                .anyMatch(this::fits));
    }

    private boolean fits(Instance instance) {
        return instance.local()
                && finds(service, instance.service())
                && (tag.isEmpty() || instance.tags().stream().anyMatch(one -> finds(tag, one)));
    }

    private static boolean finds(Optional<Pattern> pattern, String text) {
        return pattern.isEmpty() || pattern.get().matcher(text).find();
    }
}
