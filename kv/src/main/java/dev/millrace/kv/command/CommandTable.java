package dev.millrace.kv.command;

import dev.millrace.kernel.memory.Memory;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Finds a command by its name as it was received, in any case, without making a String: names are
 * kept as up to three longs with the bit set that makes ASCII letters small.
 */
public final class CommandTable {
    /** The longest name is not longer. */
    public static final int NAME_BYTES_MAX = 24;

    private static final long SMALL_LETTERS = 0x2020_2020_2020_2020L;

    private final Map<String, Command> byName = new LinkedHashMap<>();
    private final long[] words;
    private final @Nullable Command[] commands;
    private final Map<Integer, Command> byId = new HashMap<>();
    private final int mask;

    public CommandTable(Collection<Command> declared) {
        int capacity = Math.max(8, Integer.highestOneBit(Math.max(1, declared.size())) * 4);
        this.mask = capacity - 1;
        this.words = new long[capacity * 3];
        this.commands = new @Nullable Command[capacity];
        for (Command command : declared) {
            if (byName.put(command.name(), command) != null) {
                throw new IllegalArgumentException("declared twice: " + command.fullName());
            }
            put(command);
            byId.put(command.id(), command);
            command.subcommands().forEach(each -> byId.put(each.id(), each));
        }
    }

    private void put(Command command) {
        byte[] padded =
                Arrays.copyOf(
                        command.name().getBytes(StandardCharsets.US_ASCII), NAME_BYTES_MAX + 8);
        int length = command.name().length();
        if (length > NAME_BYTES_MAX) {
            throw new IllegalArgumentException("name: " + command.name());
        }
        long[] name = new long[3];
        for (int i = 0; i < length; i++) {
            name[i / 8] |= (padded[i] & 0xffL | 0x20) << 8 * (i % 8);
        }
        int at = start(name[0], name[1], name[2]);
        while (commands[at] != null) {
            at = at + 1 & mask;
        }
        commands[at] = command;
        System.arraycopy(name, 0, words, at * 3, 3);
    }

    private int start(long a, long b, long c) {
        long mixed = (a ^ Long.rotateLeft(b, 21) ^ Long.rotateLeft(c, 42)) * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 40) & mask;
    }

    private static long word(long address, int length) {
        if (length <= 0) {
            return 0;
        }
        long word = Memory.getLong(address) | SMALL_LETTERS;
        return length >= 8 ? word : word & (1L << 8 * length) - 1;
    }

    /** The command of this name, or null. Up to seven bytes behind the name are read, not used. */
    public @Nullable Command find(long name, int length) {
        if (length > NAME_BYTES_MAX) {
            return null;
        }
        long a = word(name, length);
        long b = word(name + 8, length - 8);
        long c = word(name + 16, length - 16);
        for (int at = start(a, b, c); ; at = at + 1 & mask) {
            Command command = commands[at];
            if (command == null
                    || words[at * 3] == a && words[at * 3 + 1] == b && words[at * 3 + 2] == c) {
                return command;
            }
        }
    }

    public @Nullable Command find(String name) {
        return byName.get(name.toLowerCase(Locale.ROOT));
    }

    /** The command or subcommand that has this {@link Command#id}. */
    public Command declared(int id) {
        Command command = byId.get(id);
        if (command == null) {
            throw new IllegalArgumentException("id: " + id);
        }
        return command;
    }

    /** All, in the order of their declaration. */
    public Collection<Command> all() {
        return byName.values();
    }
}
