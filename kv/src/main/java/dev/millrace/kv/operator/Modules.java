package dev.millrace.kv.operator;

import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Help;
import dev.millrace.kv.command.Refusal;

import java.util.List;

/** MODULE: there are none, and none can be loaded. */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class Modules {
    private static final Refusal NOT_ALLOWED =
            new Refusal(
                    "ERR MODULE command not allowed. If the enable-module-command option is set to"
                            + " \"local\", you can run it from a local connection, otherwise you"
                            + " need to set this option in the configuration file, and then restart"
                            + " the server.");

    private static final String HELP =
            """
            LIST
                Return a list of loaded modules.
            LOAD <path> [<arg> ...]
                Load a module library from <path>, passing to it any optional arguments.
            LOADEX <path> [[CONFIG NAME VALUE] [CONFIG NAME VALUE]] [ARGS ...]
                Load a module library from <path>, while passing it module configurations and optional arguments.
            UNLOAD <name>
                Unload a module.
            """;

    private Modules() {}

    private static Command.Builder module(String name, String since, int arity) {
        return Command.named(name)
                .since(since)
                .group("server")
                .complexity("O(1)")
                .arity(arity)
                .flags(Flag.ADMIN, Flag.NOSCRIPT);
    }

    private static Command refused(String name, String since, int arity, String summary) {
        return module(name, since, arity)
                .flags(Flag.NO_ASYNC_LOADING)
                .summary(summary)
                .does(
                        call -> {
                            throw NOT_ALLOWED;
                        });
    }

    public static List<Command> all() {
        return List.of(
                Command.named("module")
                        .since("4.0.0")
                        .group("server")
                        .complexity("Depends on subcommand.")
                        .summary("A container for module commands")
                        .arity(-2)
                        .contains(
                                Help.declared("5.0.0", "server")
                                        .does(Help.answering("module", HELP)),
                                module("list", "4.0.0", 2)
                                        .complexity("O(N) where N is the number of loaded modules.")
                                        .summary("List all modules loaded by the server")
                                        .tips("nondeterministic_output_order")
                                        .does(call -> call.reply().emptyArray()),
                                refused("load", "4.0.0", -3, "Load a module"),
                                refused(
                                        "loadex",
                                        "7.0.0",
                                        -3,
                                        "Load a module with extended parameters"),
                                refused("unload", "4.0.0", 3, "Unload a module")));
    }
}
