package dev.millrace.kv.acl;

import dev.millrace.kv.catalog.Categories;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.CommandTable;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The commands, subcommands and categories that rules can name, and the place of each command in a
 * set of bits.
 */
final class Vocabulary {
    private final CommandTable table;
    private final List<Command> commands = new ArrayList<>();
    private final Map<String, List<Command>> categories = new HashMap<>();
    private final int firstId;
    private final int width;

    Vocabulary(CommandTable table) {
        this.table = table;
        Categories.ALL.forEach(category -> categories.put(category, new ArrayList<>()));
        int least = Integer.MAX_VALUE;
        int most = 0;
        for (Command command : table.all()) {
            add(command);
            command.subcommands().forEach(this::add);
        }
        for (Command command : commands) {
            least = Math.min(least, command.id());
            most = Math.max(most, command.id());
        }
        firstId = least;
        width = most - least + 1;
    }

    private void add(Command command) {
        commands.add(command);
        for (String category : Categories.of(command)) {
            members(category).add(command);
        }
    }

    /** Commands and subcommands, each container before what it contains. */
    List<Command> commands() {
        return commands;
    }

    boolean isCategory(String name) {
        return categories.containsKey(name.toLowerCase(Locale.ROOT));
    }

    /** Those of a category. */
    List<Command> members(String category) {
        return categories.getOrDefault(category.toLowerCase(Locale.ROOT), List.of());
    }

    /** By name, as {@code get} or {@code config|get}, in any case. */
    @Nullable Command find(String name) {
        int bar = name.indexOf('|');
        Command command = table.find(bar < 0 ? name : name.substring(0, bar));
        if (command == null || bar < 0) {
            return command;
        }
        String wanted = name.substring(bar + 1).toLowerCase(Locale.ROOT);
        for (Command subcommand : command.subcommands()) {
            if (subcommand.name().equals(wanted)) {
                return subcommand;
            }
        }
        return null;
    }

    /** How many bits a set of commands has. */
    int width() {
        return width;
    }

    /** Which bit is this command's. */
    int bit(Command command) {
        return command.id() - firstId;
    }
}
