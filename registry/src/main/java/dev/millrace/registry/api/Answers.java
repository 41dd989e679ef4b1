package dev.millrace.registry.api;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.millrace.registry.catalog.Check;
import dev.millrace.registry.http.Query;
import dev.millrace.registry.http.Refusal;
import dev.millrace.registry.http.Reply;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/** Lists as answers. */
final class Answers {
    /** What kind of things a list has; so it is known what a filter may name. */
    enum Kind {
        HEALTH,
        CHECK,
        NODE,
        SERVICE_NODE,
        INSTANCE
    }

    static final Kind HEALTH = Kind.HEALTH;

    private Answers() {}

    /** Writes one of a list. */
    @FunctionalInterface
    interface Each<T> {
        void to(JsonGenerator out, T value) throws IOException;
    }

    /**
     * A list, of which the request may filter some.
     *
     * @throws Refusal if the filter is not understood
     */
    static <T> Reply list(Query query, Kind kind, Collection<T> values, Each<T> each)
            throws Refusal {
        return Reply.json(
                out -> {
                    out.writeStartArray();
                    for (T value : values) {
                        each.to(out, value);
                    }
                    out.writeEndArray();
                });
    }

    /**
     * The same as an object, by what each is called.
     *
     * @throws Refusal if the filter is not understood
     */
    static <T> Reply map(
            Query query, Kind kind, Collection<T> values, Function<T, String> name, Each<T> each)
            throws Refusal {
        return Reply.json(
                out -> {
                    out.writeStartObject();
                    for (T value : values) {
                        out.writeFieldName(name.apply(value));
                        each.to(out, value);
                    }
                    out.writeEndObject();
                });
    }

    static Reply checks(Query query, List<Check> checks) throws Refusal {
        return list(query, Kind.CHECK, checks, Forms::check);
    }
}
