package dev.millrace.registry.filter;

import dev.millrace.registry.filter.Expression.Match;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * What filters can select of a T, and how it is had: declared once for each endpoint, as in
 *
 * <pre>{@code
 * static final Fields<Instance> INSTANCE =
 *         new Fields<Instance>()
 *                 .text("ServiceName", Instance::name)
 *                 .texts("ServiceTags", Instance::tags)
 *                 .textMap("ServiceMeta", Instance::meta)
 *                 .group("ServiceWeights", Instance::weights, WEIGHTS);
 * }</pre>
 *
 * <p>No value may be null; what is not there is an empty text, list or map. Once declared it is
 * only read, from any thread.
 */
public final class Fields<T> {
    private final Map<String, Field<T>> byName = new HashMap<>();

    /** A text. */
    public Fields<T> text(String name, Function<T, String> value) {
        return add(name, new Field.Text<>(value));
    }

    /** True or false. */
    public Fields<T> flag(String name, Predicate<T> value) {
        return add(name, new Field.Flag<>(value));
    }

    /** A whole number. */
    public Fields<T> whole(String name, ToLongFunction<T> value) {
        return add(name, new Field.Whole<>(value));
    }

    /** Some texts. */
    public Fields<T> texts(String name, Function<T, List<String>> value) {
        return add(name, new Field.Texts<>(value));
    }

    /** Texts by key. */
    public Fields<T> textMap(String name, Function<T, Map<String, String>> value) {
        return add(name, new Field.Keyed<>(value, new Field.Text<>(Function.identity())));
    }

    /** Something with fields of its own. */
    public <G> Fields<T> group(String name, Function<T, G> value, Fields<G> fields) {
        return add(name, new Field.Group<>(value, fields));
    }

    /** Several of those; a comparison of a field of theirs holds if it does for one. */
    public <G> Fields<T> groups(String name, Function<T, List<G>> value, Fields<G> fields) {
        return add(name, new Field.Groups<>(value, fields));
    }

    /** Those by key. */
    public <G> Fields<T> groupMap(
            String name, Function<T, Map<String, G>> value, Fields<G> fields) {
        return add(name, new Field.Keyed<>(value, new Field.Group<>(Function.identity(), fields)));
    }

    private Fields<T> add(String name, Field<T> field) {
        if (byName.put(name, field) != null) {
            throw new IllegalArgumentException("declared twice: " + name);
        }
        return this;
    }

    Predicate<T> predicate(Match match, int depth) throws Malformed {
        Field<T> field = byName.get(match.selector().path().get(depth));
        if (field == null) {
            throw unknown(match, depth);
        }
        return field.predicate(match, depth + 1);
    }

    static Malformed unknown(Match match, int depth) {
        return new Malformed(
                "Selector \"" + match.selector().upTo(depth).text() + "\" is not valid");
    }
}
