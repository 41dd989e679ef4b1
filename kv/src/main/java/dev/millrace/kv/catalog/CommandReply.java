package dev.millrace.kv.catalog;

import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.resp.Reply;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** A command as COMMAND INFO and COMMAND DOCS answer it. */
final class CommandReply {
    private final Reply reply;

    CommandReply(Reply reply) {
        this.reply = reply;
    }

    // ---- INFO

    void info(Command command) {
        Keys keys = command.keys();
        boolean fixed = keys.first() != 0;
        reply.array(10);
        reply.bulk(command.fullName());
        reply.integer(command.arity());
        words(flags(command));
        reply.integer(keys.first());
        reply.integer(fixed ? keys.last() : 0);
        reply.integer(fixed ? keys.step() : 0);
        words(Categories.of(command).stream().map(category -> "@" + category).toList());
        reply.set(0);
        keySpecs(command);
        reply.array(command.subcommands().size());
        command.subcommands().forEach(this::info);
    }

    private void words(Collection<String> words) {
        reply.set(words.size());
        words.forEach(reply::simple);
    }

    private static List<String> flags(Command command) {
        List<String> flags = new ArrayList<>();
        for (Flag flag : Flag.values()) {
            boolean is =
                    command.has(flag) || flag == Flag.MOVABLEKEYS && command.keys().isMovable();
            if (is && flag != Flag.MAY_REPLICATE) {
                flags.add(flag.text());
            }
        }
        return flags;
    }

    private void keySpecs(Command command) {
        Keys keys = command.keys();
        int specs = (keys.first() == 0 ? 0 : 1) + (keys.counted() == 0 ? 0 : 1);
        reply.set(specs);
        if (keys.first() != 0) {
            int last = keys.last() < 0 ? keys.last() : keys.last() - keys.first();
            beginSpec(command, keys.first());
            find("range", "lastkey", last, "keystep", keys.step(), "limit", 0);
        }
        if (keys.counted() != 0) {
            beginSpec(command, keys.counted());
            find("keynum", "keynumidx", 0, "firstkey", 1, "keystep", 1);
        }
    }

    private void beginSpec(Command command, int index) {
        reply.map(3);
        reply.bulk("flags");
        words(access(command));
        reply.bulk("begin_search");
        spec("index", 1);
        number("index", index);
        reply.bulk("find_keys");
    }

    /** How a command treats its keys, as far as its declaration tells. */
    static List<String> access(Command command) {
        return command.isWrite() ? List.of("RW", "update") : List.of("RO", "access");
    }

    private void find(
            String type, String one, int first, String two, int second, String three, int third) {
        spec(type, 3);
        number(one, first);
        number(two, second);
        number(three, third);
    }

    private void spec(String type, int numbers) {
        reply.map(2);
        field("type", type);
        reply.bulk("spec");
        reply.map(numbers);
    }

    private void number(String name, int value) {
        reply.bulk(name);
        reply.integer(value);
    }

    // ---- DOCS

    void docs(Command command) {
        List<Argument> arguments = Usage.arguments(command);
        List<Command> subcommands = command.subcommands();
        boolean complex = !command.complexity().isEmpty();
        boolean simple = subcommands.isEmpty();
        boolean listed = simple && !arguments.isEmpty();
        reply.map(3 + (complex ? 1 : 0) + (listed ? 1 : 0) + (simple ? 0 : 1));
        field("summary", command.summary());
        field("since", command.since());
        field("group", command.group());
        if (complex) {
            field("complexity", command.complexity());
        }
        if (listed) {
            reply.bulk("arguments");
            arguments(arguments);
        }
        if (!simple) {
            reply.bulk("subcommands");
            reply.map(subcommands.size());
            for (Command subcommand : subcommands) {
                reply.bulk(subcommand.fullName());
                docs(subcommand);
            }
        }
    }

    private void field(String name, String value) {
        reply.bulk(name);
        reply.bulk(value);
    }

    private void arguments(List<Argument> arguments) {
        reply.array(arguments.size());
        arguments.forEach(this::argument);
    }

    private void argument(Argument argument) {
        List<String> flags = new ArrayList<>();
        if (argument.optional()) {
            flags.add("optional");
        }
        if (argument.multiple()) {
            flags.add("multiple");
        }
        boolean key = argument.type().equals("key");
        boolean token = !argument.token().isEmpty();
        boolean parts = !argument.parts().isEmpty();
        int fields = 2 + (key ? 1 : 0) + (token ? 1 : 0) + (flags.isEmpty() ? 0 : 1);
        reply.map(fields + (parts ? 1 : 0));
        field("name", argument.name());
        field("type", argument.type());
        if (key) {
            reply.bulk("key_spec_index");
            reply.integer(0);
        }
        if (token) {
            field("token", argument.token());
        }
        if (!flags.isEmpty()) {
            reply.bulk("flags");
            words(flags);
        }
        if (parts) {
            reply.bulk("arguments");
            arguments(argument.parts());
        }
    }
}
