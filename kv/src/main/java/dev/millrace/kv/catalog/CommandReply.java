package dev.millrace.kv.catalog;

import dev.millrace.kv.catalog.Documentation.Change;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.KeyAccess;
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
        reply.array(10);
        reply.bulk(command.fullName());
        reply.integer(command.arity());
        words(flags(command));
        range(command);
        words(Categories.of(command).stream().map(category -> "@" + category).toList());
        tips(command.tips());
        keySpecs(command);
        reply.array(command.subcommands().size());
        command.subcommands().forEach(this::info);
    }

    /** First, last and step of its keys, or of the channels that stand where others have keys. */
    private void range(Command command) {
        Keys keys = command.keys();
        KeyAccess channels =
                command.access().stream()
                        .filter(KeyAccess::isChannels)
                        .findAny()
                        .orElse(KeyAccess.of());
        boolean fixed = keys.first() != 0;
        boolean channeled = channels.first() != 0;
        reply.integer(fixed ? keys.first() : channels.first());
        reply.integer(fixed ? keys.last() : channels.last());
        reply.integer(fixed ? keys.step() : channeled ? 1 : 0);
    }

    private void tips(List<String> tips) {
        reply.set(tips.size());
        tips.forEach(reply::bulk);
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
        List<KeyAccess> all = command.access();
        boolean keywords =
                keys.stored() != 0 && all.stream().anyMatch(one -> one.first() > keys.last());
        reply.set(all.size() + (keywords ? 1 : 0));
        for (KeyAccess access : all) {
            if (access.first() == 0 && all.size() > 1) {
                unknownSpec(access);
                continue;
            }
            int first = access.first() == 0 ? keys.first() : access.first();
            int last = access.first() == 0 ? keys.last() : access.last();
            if (keys.listed() != 0 && access.first() == keys.listed()) {
                beginKeywordSpec(access, "KEYS", -2);
                range(-1, 1);
            } else if (keys.streams() != 0) {
                beginKeywordSpec(access, "STREAMS", keys.streams());
                range(-1, 1, 2);
            } else if (keys.stored() != 0 && first > keys.last()) {
                keywordSpec(access, "STORE", keys.stored());
                keywordSpec(access, "STOREDIST", keys.stored());
            } else if (keys.counted() != 0 && (first == 0 || first > keys.counted())) {
                beginSpec(access, keys.counted());
                spec("keynum", List.of("keynumidx", "firstkey", "keystep"), 0, 1, 1);
            } else {
                beginSpec(access, first);
                int distance = last < 0 ? last : last - first;
                range(distance, Math.max(keys.step(), 1));
            }
        }
    }

    private void range(int distance, int step) {
        range(distance, step, 0);
    }

    /** A limit of 2: the first half of what there is. */
    private void range(int distance, int step, int limit) {
        spec("range", List.of("lastkey", "keystep", "limit"), distance, step, limit);
    }

    /** Of keys that no index tells of. */
    private void unknownSpec(KeyAccess access) {
        reply.map(4);
        field("notes", access.notes());
        reply.bulk("flags");
        words(access.words());
        reply.bulk("begin_search");
        spec("unknown", List.of());
        reply.bulk("find_keys");
        spec("unknown", List.of());
    }

    private void beginSpec(KeyAccess access, int index) {
        beginSpec(access);
        spec("index", List.of("index"), index);
        reply.bulk("find_keys");
    }

    private void keywordSpec(KeyAccess access, String keyword, int from) {
        beginKeywordSpec(access, keyword, from);
        range(0, 1);
    }

    private void beginKeywordSpec(KeyAccess access, String keyword, int from) {
        beginSpec(access);
        reply.map(2);
        field("type", "keyword");
        reply.bulk("spec");
        reply.map(2);
        field("keyword", keyword);
        reply.bulk("startfrom");
        reply.integer(from);
        reply.bulk("find_keys");
    }

    private void beginSpec(KeyAccess access) {
        boolean noted = !access.notes().isEmpty();
        reply.map(noted ? 4 : 3);
        if (noted) {
            field("notes", access.notes());
        }
        reply.bulk("flags");
        words(access.words());
        reply.bulk("begin_search");
    }

    private void spec(String type, List<String> names, int... values) {
        reply.map(2);
        field("type", type);
        reply.bulk("spec");
        reply.map(names.size());
        for (int i = 0; i < values.length; i++) {
            reply.bulk(names.get(i));
            reply.integer(values[i]);
        }
    }

    // ---- DOCS

    void docs(Command command) {
        Documentation documentation = Documentation.of(command);
        List<Runnable> fields = new ArrayList<>(declared(command));
        if (!documentation.history().isEmpty()) {
            fields.add(() -> history(documentation.history()));
        }
        if (!documentation.arguments().isEmpty()) {
            fields.add(() -> arguments(documentation.arguments()));
        }
        if (!command.subcommands().isEmpty()) {
            fields.add(() -> subcommands(command.subcommands()));
        }
        map(fields);
    }

    /** What stands in the declaration. */
    private List<Runnable> declared(Command command) {
        List<Runnable> fields = new ArrayList<>();
        fields.add(() -> field("summary", command.summary()));
        fields.add(() -> field("since", command.since()));
        fields.add(() -> field("group", command.group()));
        addIfTold(fields, "complexity", command.complexity());
        boolean deprecated = !command.deprecatedSince().isEmpty();
        if (deprecated || command.isInternal()) {
            fields.add(() -> words("doc_flags", List.of(deprecated ? "deprecated" : "syscmd")));
        }
        addIfTold(fields, "deprecated_since", command.deprecatedSince());
        addIfTold(fields, "replaced_by", command.replacedBy());
        return fields;
    }

    private void addIfTold(List<Runnable> fields, String name, String value) {
        if (!value.isEmpty()) {
            fields.add(() -> field(name, value));
        }
    }

    private void map(List<Runnable> fields) {
        reply.map(fields.size());
        fields.forEach(Runnable::run);
    }

    private void field(String name, String value) {
        reply.bulk(name);
        reply.bulk(value);
    }

    private void words(String name, List<String> values) {
        reply.bulk(name);
        words(values);
    }

    private void history(List<Change> changes) {
        reply.bulk("history");
        reply.set(changes.size());
        for (Change change : changes) {
            reply.array(2);
            reply.bulk(change.version());
            reply.bulk(change.what());
        }
    }

    private void subcommands(List<Command> subcommands) {
        reply.bulk("subcommands");
        reply.map(subcommands.size());
        for (Command subcommand : subcommands) {
            reply.bulk(subcommand.fullName());
            docs(subcommand);
        }
    }

    private void arguments(List<Argument> arguments) {
        reply.bulk("arguments");
        reply.array(arguments.size());
        arguments.forEach(this::argument);
    }

    private void argument(Argument argument) {
        List<Runnable> fields = new ArrayList<>();
        fields.add(() -> field("name", argument.name()));
        fields.add(() -> field("type", argument.type()));
        if (argument.keySpec() >= 0) {
            fields.add(() -> keySpec(argument.keySpec()));
        }
        if (argument.type().equals(Argument.TOKEN)) {
            fields.add(() -> field("token", argument.token())); // It may be the empty one.
        } else {
            addIfTold(fields, "token", argument.token());
        }
        addIfTold(fields, "since", argument.since());
        addIfTold(fields, "deprecated_since", argument.deprecatedSince());
        if (!argument.flags().isEmpty()) {
            fields.add(() -> words("flags", argument.flags()));
        }
        if (!argument.parts().isEmpty()) {
            fields.add(() -> arguments(argument.parts()));
        }
        map(fields);
    }

    private void keySpec(int index) {
        reply.bulk("key_spec_index");
        reply.integer(index);
    }
}
