package dev.millrace.kv.command;

import dev.millrace.kv.resp.Request;
import dev.millrace.kv.session.KvServer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The declaration of a command. From it come the command table, COMMAND INFO and DOCS, the keys to
 * lock, the space to reserve, and the metrics; nothing else has to be told of a new command.
 *
 * <pre>{@code
 * static final Command STRLEN =
 *         Command.named("strlen")
 *                 .since("2.2.0").group("string").complexity("O(1)")
 *                 .summary("Get the length of the value stored in a key")
 *                 .arity(2).keys(Keys.one()).flags(READONLY, FAST).categories("string")
 *                 .does(Strings::strlen);
 * }</pre>
 */
public final class Command {
    /** What a command does. It may throw {@link Refusal} before its first effect. */
    @FunctionalInterface
    public interface Handler {
        void run(Call call);
    }

    /**
     * How many bytes of effects a request may at most cause, but for the deletion of its keys if
     * they are expired.
     */
    @FunctionalInterface
    public interface Cost {
        long bytes(Request request);
    }

    /**
     * How many bytes of effects a request may at most cause beyond its {@link Cost}, as things are
     * when its keys are locked: for members that it names in its effects, but are not among its
     * arguments. It may look keys up with {@link Call#peek}, and changes nothing. In a transaction
     * it is asked once before the first command, and again right before its own.
     */
    @FunctionalInterface
    public interface Measure {
        long bytes(Call call);
    }

    /**
     * Makes of a request what is to be done in another room; before anything is locked. It may
     * throw a {@link Refusal}.
     */
    @FunctionalInterface
    public interface Branching {
        Branch of(Call call);
    }

    /** Whether a request of a command that may change something is known to change nothing. */
    @FunctionalInterface
    public interface OnlyReads {
        boolean is(KvServer server, Request request);
    }

    /** A bound for commands whose effects repeat their arguments, each at most once. */
    private static final Cost ARGUMENTS = request -> request.bytes() + 32L * request.count();

    /** How a request of a command treats its keys, if that depends on its arguments. */
    @FunctionalInterface
    public interface Treatment {
        KeyAccess of(Request request);
    }

    /** Which stripes are locked while a command runs. */
    public enum Locks {
        /** Those of its keys. */
        KEYS,
        /** All: it looks at, or changes, more than keys it names. */
        ALL
    }

    private static int declared;

    private final String name;
    private final String since;
    private final String deprecatedSince;
    private final String replacedBy;
    private final boolean internal;
    private final String group;
    private final String summary;
    private final String complexity;
    private final int arity;
    private final Keys keys;
    private final Set<Flag> flags;
    private final List<String> categories;
    private final List<String> tips;
    private final List<KeyAccess> access;
    private final Channels channels;
    private final Optional<Treatment> treatment;
    private final List<Command> subcommands;
    private final Cost cost;
    private final Optional<Measure> measure;
    private final Optional<Branching> branching;
    private final Optional<OnlyReads> onlyReads;
    private final Locks locks;
    private final Handler handler;
    private final int id;
    private final boolean write;
    private final boolean scripts;
    private String fullName;

    private Command(Builder builder, Handler handler) {
        this.name = builder.name;
        this.since = builder.since;
        this.deprecatedSince = builder.deprecatedSince;
        this.replacedBy = builder.replacedBy;
        this.internal = builder.internal;
        this.group = builder.group;
        this.summary = builder.summary;
        this.complexity = builder.complexity;
        this.arity = builder.arity;
        this.keys = builder.keys;
        this.flags = Collections.unmodifiableSet(builder.flags);
        this.categories = List.copyOf(builder.categories);
        this.tips = List.copyOf(builder.tips);
        this.access = access(builder);
        this.channels = builder.channels;
        this.treatment = builder.treatment;
        this.subcommands = List.copyOf(builder.subcommands);
        this.cost = builder.cost;
        this.measure = builder.measure;
        this.branching = builder.branching;
        this.onlyReads = builder.onlyReads;
        this.locks = builder.locks;
        this.scripts = builder.scripts;
        this.handler = handler;
        this.write = flags.contains(Flag.WRITE);
        synchronized (Command.class) {
            this.id = declared++;
        }
        this.fullName = name;
        for (Command subcommand : subcommands) {
            subcommand.fullName = name + "|" + subcommand.name;
        }
    }

    private static List<KeyAccess> access(Builder builder) {
        if (!builder.access.isEmpty() || builder.keys.isNone()) {
            return List.copyOf(builder.access);
        }
        boolean writes = builder.flags.contains(Flag.WRITE);
        return List.of(writes ? KeyAccess.of("RW", "update") : KeyAccess.of("RO", "access"));
    }

    /**
     * Begins a declaration. What COMMAND DOCS says of its arguments stands in a table of its own.
     */
    public static Builder named(String name) {
        return new Builder(name);
    }

    /** How many commands there are in the process: every {@link #id} is less. */
    public static synchronized int declared() {
        return declared;
    }

    /** Lower case, without the container's name. */
    public String name() {
        return name;
    }

    /** As in INFO commandstats and ACLs: {@code client|list}. */
    public String fullName() {
        return fullName;
    }

    public String since() {
        return since;
    }

    /** The version from which on there is something better; empty: it is not deprecated. */
    public String deprecatedSince() {
        return deprecatedSince;
    }

    /** What is better than a deprecated command, in words. */
    public String replacedBy() {
        return replacedBy;
    }

    /** Not for clients: Redis's {@code syscmd}. */
    public boolean isInternal() {
        return internal;
    }

    public String group() {
        return group;
    }

    public String summary() {
        return summary;
    }

    public String complexity() {
        return complexity;
    }

    /** Number of arguments with the name; negative: at least so many. */
    public int arity() {
        return arity;
    }

    public boolean acceptsCount(int count) {
        return arity >= 0 ? count == arity : count >= -arity;
    }

    public Keys keys() {
        return keys;
    }

    public Set<Flag> flags() {
        return flags;
    }

    public boolean has(Flag flag) {
        return flags.contains(flag);
    }

    public boolean isWrite() {
        return write;
    }

    /** Without the @; what follows from flags (read, write, fast, slow, ...) is not among them. */
    public List<String> categories() {
        return categories;
    }

    /** What a client of many servers may want to know: Redis's command tips. */
    public List<String> tips() {
        return tips;
    }

    /** How it treats its keys; empty if it has neither keys nor channels. */
    public List<KeyAccess> access() {
        return access;
    }

    /** How this request treats the key at an index. */
    public KeyAccess access(Request request, int key) {
        if (treatment.isPresent()) {
            return treatment.get().of(request);
        }
        if (keys.stored() != 0 && keys.stored(request) == key) {
            return access.getLast();
        }
        for (KeyAccess range : access) {
            int last = range.last() < 0 ? request.count() + range.last() : range.last();
            if (range.first() == 0 || range.first() <= key && key <= last) {
                return range;
            }
        }
        throw new AssertionError(this + ": no access to argument " + key);
    }

    /** Which of its arguments are channels. */
    public Channels channels() {
        return channels;
    }

    public List<Command> subcommands() {
        return subcommands;
    }

    /** A number for arrays of counters. */
    public int id() {
        return id;
    }

    /** How many bytes of effects the request may at most cause. */
    public long cost(Request request) {
        return cost.bytes(request) + keys.bytes(request);
    }

    /** Whether what it may cause is known only when its keys are locked. */
    public boolean isMeasured() {
        return measure.isPresent();
    }

    /** See {@link Measure}. */
    public long measure(Call call) {
        return measure.isPresent() ? measure.get().bytes(call) : 0;
    }

    /** Whether this request may change something, or is told to those who follow us. */
    public boolean mayTell(KvServer server, Request request) {
        return (write || has(Flag.MAY_REPLICATE))
                && !(onlyReads.isPresent() && onlyReads.get().is(server, request));
    }

    /** Whether it changes something in another room. */
    public boolean isBranch() {
        return branching.isPresent();
    }

    /** What it is to do in another room. */
    public Branch branch(Call call) {
        return branching
                .orElseThrow(() -> new IllegalStateException(this + ": in no other room"))
                .of(call);
    }

    public Locks locks() {
        return locks;
    }

    /** Whether it runs a script, which runs alone and may take long. */
    public boolean runsScripts() {
        return scripts;
    }

    public void run(Call call) {
        handler.run(call);
    }

    @Override
    public String toString() {
        return fullName();
    }

    /** A declaration being written. */
    public static final class Builder {
        private final String name;
        private String since = "";
        private String deprecatedSince = "";
        private String replacedBy = "";
        private boolean internal;
        private String group = "";
        private String summary = "";
        private String complexity = "";
        private int arity;
        private Keys keys = Keys.NONE;
        private final Set<Flag> flags = EnumSet.noneOf(Flag.class);
        private final List<String> categories = new ArrayList<>();
        private final List<String> tips = new ArrayList<>();
        private final List<KeyAccess> access = new ArrayList<>();
        private Channels channels = Channels.NONE;
        private Optional<Treatment> treatment = Optional.empty();
        private final List<Command> subcommands = new ArrayList<>();
        private Cost cost = ARGUMENTS;
        private Optional<Measure> measure = Optional.empty();
        private Optional<Branching> branching = Optional.empty();
        private Optional<OnlyReads> onlyReads = Optional.empty();
        private Locks locks = Locks.KEYS;
        private boolean scripts;

        private Builder(String name) {
            this.name = name.toLowerCase(Locale.ROOT);
        }

        public Builder since(String version) {
            this.since = version;
            return this;
        }

        public Builder deprecated(String since, String replacedBy) {
            this.deprecatedSince = since;
            this.replacedBy = replacedBy;
            return this;
        }

        /** Not for clients: Redis's {@code syscmd}. */
        public Builder internal(boolean internal) {
            this.internal = internal;
            return this;
        }

        public Builder group(String group) {
            this.group = group;
            return this;
        }

        public Builder summary(String summary) {
            this.summary = summary;
            return this;
        }

        public Builder complexity(String complexity) {
            this.complexity = complexity;
            return this;
        }

        public Builder arity(int arity) {
            this.arity = arity;
            return this;
        }

        public Builder keys(Keys keys) {
            this.keys = keys;
            return this;
        }

        public Builder flags(Flag... flags) {
            this.flags.addAll(Arrays.asList(flags));
            return this;
        }

        public Builder categories(String... categories) {
            this.categories.addAll(Arrays.asList(categories));
            return this;
        }

        public Builder tips(String... tips) {
            this.tips.addAll(Arrays.asList(tips));
            return this;
        }

        /** If it is neither {@code RO access} nor, for a command that writes, {@code RW update}. */
        public Builder access(KeyAccess... access) {
            this.access.addAll(Arrays.asList(access));
            return this;
        }

        /** What a request says more exactly than {@link #access} does. */
        public Builder access(Treatment treatment) {
            this.treatment = Optional.of(treatment);
            return this;
        }

        public Builder channels(Channels channels) {
            this.channels = channels;
            return this;
        }

        public Builder cost(Cost cost) {
            this.cost = cost;
            return this;
        }

        /** What it may cause beyond its cost; see {@link Measure}. */
        public Builder measure(Measure measure) {
            this.measure = Optional.of(measure);
            return this;
        }

        /**
         * It changes something in another room. What that takes of the record is told by the room,
         * so the command costs nothing else.
         */
        public Builder branch(Branching branching) {
            this.branching = Optional.of(branching);
            this.cost = request -> 0;
            return this;
        }

        /** Of some requests it is known that they change nothing. */
        public Builder onlyReads(OnlyReads onlyReads) {
            this.onlyReads = Optional.of(onlyReads);
            return this;
        }

        public Builder locks(Locks locks) {
            this.locks = locks;
            return this;
        }

        /** It runs a script: all stripes are locked. */
        public Builder runsScripts() {
            this.scripts = true;
            this.locks = Locks.ALL;
            return this;
        }

        public Builder subcommands(Command... subcommands) {
            this.subcommands.addAll(Arrays.asList(subcommands));
            return this;
        }

        /** Ends the declaration. */
        public Command does(Handler handler) {
            return new Command(this, handler);
        }

        /** Ends the declaration of a command that is only a container of others. */
        public Command contains(Command... subcommands) {
            subcommands(subcommands);
            return does(
                    call -> {
                        throw new AssertionError("a container does nothing: " + name);
                    });
        }
    }
}
