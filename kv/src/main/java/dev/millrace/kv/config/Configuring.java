package dev.millrace.kv.config;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Help;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.config.Parameter.Trait;
import dev.millrace.kv.resp.CText;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.Session;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** CONFIG GET, SET, RESETSTAT, REWRITE. */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class Configuring {
    private static final Refusal NO_FILE =
            new Refusal("ERR The server is running without a config file");

    private static final String HELP =
            """
            GET <pattern>
                Return parameters matching the glob-like <pattern> and their values.
            SET <directive> <value>
                Set the configuration <directive> to <value>.
            RESETSTAT
                Reset statistics reported by the INFO command.
            REWRITE
                Rewrite the configuration file.
            """;

    /** A parameter and the value it is to have, as it would be kept. */
    private record Change(Parameter parameter, String value) {
        boolean isToBeApplied() {
            return parameter.isToBeApplied(value);
        }

        boolean apply() {
            return parameter.apply(value);
        }
    }

    private Configuring() {}

    private static Command.Builder config(String name, String since, int arity) {
        return Command.named(name)
                .since(since)
                .group("server")
                .complexity("O(1)")
                .arity(arity)
                .flags(Flag.ADMIN, Flag.NOSCRIPT, Flag.LOADING, Flag.STALE);
    }

    public static List<Command> all() {
        return List.of(
                Command.named("config")
                        .since("2.0.0")
                        .group("server")
                        .complexity("Depends on subcommand.")
                        .summary("A container for server configuration commands")
                        .arity(-2)
                        .contains(
                                config("get", "2.0.0", -3)
                                        .complexity(
                                                "O(N) when N is the number of configuration"
                                                        + " parameters provided")
                                        .summary("Get the values of configuration parameters")
                                        .does(Configuring::get),
                                Help.declared("5.0.0", "server")
                                        .does(Help.answering("config", HELP)),
                                config("resetstat", "2.0.0", 2)
                                        .summary("Reset the stats returned by INFO")
                                        .does(Configuring::resetStat),
                                config("rewrite", "2.8.0", 2)
                                        .summary(
                                                "Rewrite the configuration file with the in memory"
                                                        + " configuration")
                                        .does(Configuring::rewrite),
                                config("set", "2.0.0", -4)
                                        .complexity(
                                                "O(N) when N is the number of configuration"
                                                        + " parameters provided")
                                        .summary("Set configuration parameters to the given values")
                                        .tips(
                                                "request_policy:all_nodes",
                                                "response_policy:all_succeeded")
                                        .does(Configuring::set)));
    }

    private static void get(Call call) {
        Map<String, Parameter> found = new LinkedHashMap<>();
        for (int i = 2; i < call.count(); i++) {
            Parameters.of(call.server()).match(call.text(i), found);
        }
        call.reply().map(found.size());
        found.forEach(
                (name, parameter) -> {
                    call.reply().bulk(name);
                    call.reply().bulk(parameter.value());
                });
    }

    /** All or none: every value is read, and applied where that may fail, before one is set. */
    private static void set(Call call) {
        if (call.count() % 2 != 0) {
            throw Refusal.SYNTAX;
        }
        Parameters parameters = Parameters.of(call.server());
        redact(call, parameters);
        List<Change> changes = changes(call, parameters);
        List<Change> first = changes.stream().filter(Change::isToBeApplied).toList();
        if (first.isEmpty()) {
            set(parameters, changes);
            call.reply().ok();
            return;
        }
        if (call.isInTransaction()) {
            throw failed(first.getFirst().parameter.name(), "not possible inside a transaction");
        }
        Lane lane = call.lane();
        Session session = call.session();
        lane.suspend(session);
        Thread.ofVirtual().start(() -> apply(lane, session, parameters, first, changes));
    }

    /** Off the loops: a socket is bound by one of them, which must not be the one that waits. */
    private static void apply(
            Lane lane,
            Session session,
            Parameters parameters,
            List<Change> first,
            List<Change> changes) {
        List<String> before = first.stream().map(change -> change.parameter.value()).toList();
        int applied = 0;
        while (applied < first.size() && first.get(applied).apply()) {
            applied++;
        }
        if (applied == first.size()) {
            lane.resume(
                    session,
                    reply -> {
                        set(parameters, changes);
                        reply.ok();
                    });
            return;
        }
        Parameter failed = first.get(applied).parameter;
        for (int i = applied - 1; i >= 0; i--) {
            first.get(i).parameter.apply(before.get(i));
        }
        lane.resume(
                session,
                reply -> {
                    throw failed(failed.name(), failed.failure());
                });
    }

    private static void set(Parameters parameters, List<Change> changes) {
        synchronized (parameters) {
            changes.forEach(change -> change.parameter.set(change.value));
        }
    }

    private static void redact(Call call, Parameters parameters) {
        for (int i = 2; i < call.count(); i += 2) {
            Parameter parameter = parameters.find(call.text(i));
            if (parameter != null && parameter.has(Trait.SENSITIVE)) {
                call.redact(i + 1);
            }
        }
    }

    private static List<Change> changes(Call call, Parameters parameters) {
        List<Change> changes = new ArrayList<>();
        for (int i = 2; i < call.count(); i += 2) {
            String name = call.text(i);
            Parameter parameter = parameters.find(name);
            if (parameter == null) {
                throw new Refusal(
                        "ERR Unknown option or number of arguments for CONFIG SET - '"
                                + CText.of(name)
                                + "'");
            }
            if (parameter.has(Trait.IMMUTABLE)) {
                throw failed(name, "can't set immutable config");
            }
            if (parameter.has(Trait.PROTECTED)) {
                throw failed(name, "can't set protected config");
            }
            if (changes.stream().anyMatch(change -> change.parameter.equals(parameter))) {
                throw failed(name, "duplicate parameter");
            }
            changes.add(new Change(parameter, call.text(i + 1)));
        }
        return changes.stream().map(Configuring::read).toList();
    }

    private static Change read(Change given) {
        try {
            return new Change(given.parameter, given.parameter.read(given.value));
        } catch (BadValue bad) {
            throw failed(given.parameter.name(), bad.expected());
        }
    }

    private static Refusal failed(String name, String why) {
        return new Refusal(
                "ERR CONFIG SET failed (possibly related to argument '" + name + "') - " + why);
    }

    private static void resetStat(Call call) {
        call.server().resetStats(call.lane());
        call.reply().ok();
    }

    private static void rewrite(Call call) {
        throw NO_FILE;
    }
}
