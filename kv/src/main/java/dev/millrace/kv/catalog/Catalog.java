package dev.millrace.kv.catalog;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.CommandTable;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Help;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.glob.GlobPattern;
import dev.millrace.kv.resp.Reply;
import dev.millrace.kv.resp.Request;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** COMMAND and its subcommands. */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class Catalog {
    private static final Refusal NO_SUCH_COMMAND = new Refusal("ERR Invalid command specified");
    private static final Refusal NO_KEYS = new Refusal("ERR The command has no key arguments");
    private static final Refusal WRONG_COUNT =
            new Refusal("ERR Invalid number of arguments specified for command");
    private static final Refusal WRONG_ARGUMENTS =
            new Refusal("ERR Invalid arguments specified for command");

    private static final String HELP =
            """
            (no subcommand)
                Return details about all Redis commands.
            COUNT
                Return the total number of commands in this Redis server.
            LIST
                Return a list of all commands in this Redis server.
            INFO [<command-name> ...]
                Return details about multiple Redis commands.
                If no command names are given, documentation details for all
                commands are returned.
            DOCS [<command-name> ...]
                Return documentation details about multiple Redis commands.
                If no command names are given, documentation details for all
                commands are returned.
            GETKEYS <full-command>
                Return the keys from a full Redis command.
            GETKEYSANDFLAGS <full-command>
                Return the keys and the access flags from a full Redis command.
            """;

    private Catalog() {}

    private static Command.Builder command(String name, String since, int arity) {
        return Command.named(name)
                .since(since)
                .group("server")
                .complexity("O(N) where N is the number of commands to look up")
                .arity(arity)
                .flags(Flag.LOADING, Flag.STALE)
                .categories("connection");
    }

    public static List<Command> all() {
        return List.of(
                command("command", "2.8.13", -1)
                        .complexity("O(N) where N is the total number of Redis commands")
                        .tips("nondeterministic_output_order")
                        .summary("Get array of Redis command details")
                        .subcommands(
                                command("count", "2.8.13", 2)
                                        .complexity("O(1)")
                                        .summary("Get total number of Redis commands")
                                        .does(Catalog::count),
                                command("docs", "7.0.0", -2)
                                        .summary(
                                                "Get array of specific Redis command documentation")
                                        .tips("nondeterministic_output_order")
                                        .does(Catalog::docs),
                                command("getkeys", "2.8.13", -4)
                                        .complexity(
                                                "O(N) where N is the number of arguments to the"
                                                        + " command")
                                        .summary("Extract keys given a full Redis command")
                                        .does(call -> keys(call, false)),
                                command("getkeysandflags", "7.0.0", -4)
                                        .complexity(
                                                "O(N) where N is the number of arguments to the"
                                                        + " command")
                                        .summary(
                                                "Extract keys and access flags given a full Redis"
                                                        + " command")
                                        .does(call -> keys(call, true)),
                                Help.declared("5.0.0", "server")
                                        .categories("connection")
                                        .does(Help.answering("command", HELP)),
                                command("info", "2.8.13", -2)
                                        .summary(
                                                "Get array of specific Redis command details, or"
                                                        + " all when no argument is given.")
                                        .tips("nondeterministic_output_order")
                                        .does(Catalog::info),
                                command("list", "7.0.0", -2)
                                        .complexity(
                                                "O(N) where N is the total number of Redis"
                                                        + " commands")
                                        .summary("Get an array of Redis command names")
                                        .tips("nondeterministic_output_order")
                                        .does(Catalog::list))
                        .does(Catalog::infoOfAll));
    }

    /** A command by its name, or its container's, a bar, and its own. */
    private static @Nullable Command find(CommandTable table, String name) {
        int bar = name.indexOf('|');
        Command command = table.find(bar < 0 ? name : name.substring(0, bar));
        return command == null || bar < 0 ? command : subcommand(command, name.substring(bar + 1));
    }

    private static @Nullable Command subcommand(Command container, String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        for (Command subcommand : container.subcommands()) {
            if (subcommand.name().equals(lower)) {
                return subcommand;
            }
        }
        return null;
    }

    private static void count(Call call) {
        call.reply().integer(call.server().commands().all().size());
    }

    // ---- INFO and DOCS

    private static void infoOfAll(Call call) {
        Collection<Command> all = call.server().commands().all();
        CommandReply reply = new CommandReply(call.reply());
        call.reply().array(all.size());
        all.forEach(reply::info);
    }

    private static void info(Call call) {
        if (call.count() == 2) {
            infoOfAll(call);
            return;
        }
        CommandReply reply = new CommandReply(call.reply());
        call.reply().array(call.count() - 2);
        for (int i = 2; i < call.count(); i++) {
            Command command = find(call.server().commands(), call.text(i));
            if (command == null) {
                call.reply().nullBulk();
            } else {
                reply.info(command);
            }
        }
    }

    private static void docs(Call call) {
        CommandTable table = call.server().commands();
        List<Command> wanted = new ArrayList<>();
        if (call.count() == 2) {
            wanted.addAll(table.all());
        }
        for (int i = 2; i < call.count(); i++) {
            Command command = find(table, call.text(i));
            if (command != null) {
                wanted.add(command);
            }
        }
        CommandReply reply = new CommandReply(call.reply());
        call.reply().map(wanted.size());
        for (Command command : wanted) {
            call.reply().bulk(command.fullName());
            reply.docs(command);
        }
    }

    // ---- LIST

    private static void list(Call call) {
        Predicate<Command> wanted = call.count() == 2 ? command -> true : filter(call);
        List<String> names = new ArrayList<>();
        for (Command command : call.server().commands().all()) {
            add(names, command, wanted);
            command.subcommands().forEach(subcommand -> add(names, subcommand, wanted));
        }
        call.reply().array(names.size());
        names.forEach(call.reply()::bulk);
    }

    private static void add(List<String> names, Command command, Predicate<Command> wanted) {
        if (wanted.test(command)) {
            names.add(command.fullName());
        }
    }

    private static Predicate<Command> filter(Call call) {
        if (call.count() != 5 || !call.is(2, "FILTERBY")) {
            throw Refusal.SYNTAX;
        }
        String value = call.text(4);
        if (call.is(3, "MODULE")) {
            return command -> false;
        }
        if (call.is(3, "ACLCAT")) {
            String category = value.toLowerCase(Locale.ROOT);
            return command -> Categories.of(command).contains(category);
        }
        if (call.is(3, "PATTERN")) {
            GlobPattern pattern = GlobPattern.ofAnyCase(value);
            return command -> pattern.matches(command.fullName());
        }
        throw Refusal.SYNTAX;
    }

    // ---- GETKEYS

    private static void keys(Call call, boolean withFlags) {
        Request request = call.request().from(2);
        Command command = commandOf(call.server().commands(), request);
        if (command.keys().isNone()) {
            throw NO_KEYS;
        }
        if (!command.acceptsCount(request.count())) {
            throw WRONG_COUNT;
        }
        int[] keys = {0};
        command.keys().each(request, key -> keys[0]++);
        if (keys[0] == 0 && !namesNone(command, request)) {
            throw WRONG_ARGUMENTS;
        }
        call.reply().array(keys[0]);
        command.keys()
                .each(
                        request,
                        key -> {
                            if (withFlags) {
                                keyWithFlags(call.reply(), command, request, key);
                            } else {
                                call.reply().bulk(request.address(key), request.length(key));
                            }
                        });
    }

    /** A script may have no keys, if it says so. */
    private static boolean namesNone(Command command, Request request) {
        return command.has(Flag.NO_MANDATORY_KEYS) && request.text(2).equals("0");
    }

    private static void keyWithFlags(Reply reply, Command command, Request request, int key) {
        List<String> access = command.access(request, key).words();
        reply.array(2);
        reply.bulk(request.address(key), request.length(key));
        reply.set(access.size());
        access.forEach(reply::simple);
    }

    private static Command commandOf(CommandTable table, Request request) {
        Command command = table.find(request.text(0));
        if (command != null && !command.subcommands().isEmpty() && request.count() > 1) {
            command = subcommand(command, request.text(1));
        }
        if (command == null) {
            throw NO_SUCH_COMMAND;
        }
        return command;
    }
}
