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
    private Answers() {}

    /** Writes one of a list. */
    @FunctionalInterface
    interface Each<T> {
        void to(JsonGenerator out, T value) throws IOException;
    }

    static Reply none() {
        return list(List.of(), (out, nothing) -> {});
    }

    static <T> Reply list(Collection<T> values, Each<T> each) {
        return Reply.json(
                out -> {
                    out.writeStartArray();
                    for (T value : values) {
                        each.to(out, value);
                    }
                    out.writeEndArray();
                });
    }

    /** The same as an object, by what each is called. */
    static <T> Reply map(Collection<T> values, Function<T, String> name, Each<T> each) {
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

    /**
     * Those that the request's filter lets through.
     *
     * @throws Refusal if it is not understood
     */
    static Reply checks(Query query, List<Check> checks) throws Refusal {
        return list(Filters.apply(query.request(), Filters.CHECK, checks), Forms::check);
    }
}
