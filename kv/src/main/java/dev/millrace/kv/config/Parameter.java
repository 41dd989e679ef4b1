package dev.millrace.kv.config;

import org.jspecify.annotations.Nullable;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * One parameter. Its value is kept here, unless it {@link #stands} somewhere else, where what obeys
 * it looks.
 */
final class Parameter {
    /** What CONFIG SET or CONFIG GET must know of it. */
    enum Trait {
        /** Decided at the start. */
        IMMUTABLE,
        /** Not to be moved by clients. */
        PROTECTED,
        /** Shown to who asks for exactly it. */
        HIDDEN,
        /** Nobody's business. */
        SENSITIVE
    }

    private final String name;
    private final Kind kind;
    private final Set<Trait> traits = EnumSet.noneOf(Trait.class);
    private String alias = "";
    private volatile String value;
    private @Nullable Supplier<String> place;
    private @Nullable Consumer<String> effect;
    private @Nullable Application application;
    private String failure = "";

    /** Makes a value true in the world, which may fail and may take a while. Not on a loop. */
    @FunctionalInterface
    interface Application {
        /** False if it cannot be done; all is as it was. */
        boolean apply(String value);
    }

    Parameter(String name, Kind kind, String initial) {
        this.name = name;
        this.kind = kind;
        this.value = initial;
    }

    // ---- Declaration

    /** Its older name. */
    Parameter alias(String older) {
        alias = older;
        return this;
    }

    Parameter is(Trait trait) {
        traits.add(trait);
        return this;
    }

    /** Its value is found there, and set there. */
    Parameter stands(Supplier<String> get, Consumer<String> set) {
        place = get;
        effect = set;
        return this;
    }

    /** CONFIG GET answers what this makes of the value. */
    Parameter shownAs(UnaryOperator<String> form) {
        place = () -> form.apply(value);
        return this;
    }

    /** This happens when it is set. */
    Parameter then(Consumer<String> action) {
        effect = action;
        return this;
    }

    /** This happens, too, behind what else does. */
    void also(Consumer<String> action) {
        Consumer<String> before = effect;
        effect = before == null ? action : before.andThen(action);
    }

    /** What must succeed before it is set, and what is said if it does not. */
    Parameter applied(Application how, String otherwise) {
        application = how;
        failure = otherwise;
        return this;
    }

    /** It is decided at the start no longer. */
    Parameter isNot(Trait trait) {
        traits.remove(trait);
        return this;
    }

    // ---- Use

    /** True if this value must be applied first. */
    boolean isToBeApplied(String canonical) {
        return application != null && !canonical.equals(value());
    }

    /** See {@link Application}. */
    boolean apply(String canonical) {
        Application how = application;
        return how == null || how.apply(canonical);
    }

    /** What is said if {@link #apply} fails. */
    String failure() {
        return failure;
    }

    String name() {
        return name;
    }

    String olderName() {
        return alias;
    }

    boolean has(Trait trait) {
        return traits.contains(trait);
    }

    /** As CONFIG GET answers it. */
    String value() {
        Supplier<String> elsewhere = place;
        return elsewhere == null ? value : elsewhere.get();
    }

    /** The form in which this value would be kept. */
    String read(String given) throws BadValue {
        return kind.read(given);
    }

    /** Sets what {@link #read} has made. */
    void set(String canonical) {
        value = canonical;
        Consumer<String> action = effect;
        if (action != null) {
            action.accept(canonical);
        }
    }
}
