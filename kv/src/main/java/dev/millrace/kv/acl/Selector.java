package dev.millrace.kv.acl;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.acl.Denial.Reason;
import dev.millrace.kv.command.Channels;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.resp.Request;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collector;
import java.util.stream.Collectors;

/**
 * One set of rules of a user: commands, keys and channels that go together. Rules are applied to it
 * while nobody else has it; once a user has it, it is only read, by any lane.
 */
final class Selector {
    /** What {@link #verdict} says of a command that may run. */
    static final int ALLOWED = 0;

    /** Where the reason begins in a verdict; below it is the argument's index. */
    private static final int REASON_SHIFT = 24;

    private static final int ARGUMENT_MASK = (1 << REASON_SHIFT) - 1;

    private final CommandRules commands;

    /** By their text, so that many of them are applied in no time. */
    private final Map<String, KeyPattern> keys = new LinkedHashMap<>();

    private final Map<String, KeyPattern> channels = new LinkedHashMap<>();

    /** The same to be asked, from {@link #settled} on. */
    private List<KeyPattern> askedKeys = List.of();

    private List<KeyPattern> askedChannels = List.of();
    private boolean allKeys;
    private boolean allChannels;

    private Selector(CommandRules commands) {
        this.commands = commands;
    }

    /** Nothing is allowed but, if wanted, all channels. */
    Selector(Vocabulary vocabulary, boolean allChannels) {
        this(new CommandRules(vocabulary));
        this.allChannels = allChannels;
    }

    Selector copy() {
        Selector copy = new Selector(commands.copy());
        copy.keys.putAll(keys);
        copy.channels.putAll(channels);
        copy.allKeys = allKeys;
        copy.allChannels = allChannels;
        return copy;
    }

    // ---- Rules

    /** Applies one rule, bytes as characters. */
    void apply(String rule) throws BadRule {
        switch (rule.toLowerCase(Locale.ROOT)) {
            case "allkeys", "~*" -> keys(true);
            case "resetkeys" -> keys(false);
            case "allchannels", "&*" -> channels(true);
            case "resetchannels" -> channels(false);
            case "allcommands", "+@all" -> commands.allowAll(true);
            case "nocommands", "-@all" -> commands.allowAll(false);
            default -> applyNamed(rule);
        }
    }

    private void applyNamed(String rule) throws BadRule {
        switch (rule.isEmpty() ? 0 : rule.charAt(0)) {
            case '~' -> addKey(rule.substring(1), KeyPattern.ALL);
            case '%' -> addKeyWithAccess(rule);
            case '&' -> addChannel(rule.substring(1));
            case '+', '-' -> commands.apply(rule);
            default -> throw BadRule.syntax();
        }
    }

    void keys(boolean all) {
        allKeys = all;
        keys.clear();
    }

    void channels(boolean all) {
        allChannels = all;
        channels.clear();
    }

    /** {@code %R~}, {@code %W~}, {@code %RW~} and a pattern. */
    private void addKeyWithAccess(String rule) throws BadRule {
        if (allKeys) {
            throw BadRule.keysAreAllAllowed();
        }
        int access = 0;
        int at = 1;
        while (at < rule.length() && rule.charAt(at) != '~') {
            int bit = access(rule.charAt(at++));
            if (bit == 0 || (access & bit) != 0) {
                throw BadRule.syntax();
            }
            access |= bit;
        }
        if (access == 0) {
            throw BadRule.syntax(); // Redis takes it and ends when it is to describe it.
        }
        addKey(rule.substring(Math.min(at + 1, rule.length())), access);
    }

    private static int access(char letter) {
        return switch (letter) {
            case 'R', 'r' -> KeyPattern.READ;
            case 'W', 'w' -> KeyPattern.WRITE;
            default -> 0;
        };
    }

    private void addKey(String pattern, int access) throws BadRule {
        if (allKeys) {
            throw BadRule.keysAreAllAllowed();
        }
        if (Words.haveSpaces(pattern)) {
            throw BadRule.syntax();
        }
        KeyPattern known = keys.get(pattern);
        keys.put(pattern, known == null ? new KeyPattern(pattern, access) : known.with(access));
    }

    private void addChannel(String pattern) throws BadRule {
        if (allChannels) {
            throw BadRule.channelsAreAllAllowed();
        }
        if (Words.haveSpaces(pattern)) {
            throw BadRule.syntax();
        }
        channels.putIfAbsent(pattern, new KeyPattern(pattern, KeyPattern.ALL));
    }

    /** No rule follows: it is about to be asked. */
    void settled() {
        askedKeys = List.copyOf(keys.values());
        askedChannels = List.copyOf(channels.values());
    }

    // ---- Asking

    /** True if it allows everything there is. */
    boolean isEverything() {
        return commands.isAll() && allKeys && allChannels;
    }

    boolean hasAllChannels() {
        return allChannels;
    }

    /** Patterns of channels by their text; unless all are allowed. */
    Map<String, KeyPattern> channels() {
        return channels;
    }

    /** {@link #ALLOWED}, or of what is denied {@link #reason} and {@link #argument}. */
    int verdict(Command command, Request request) {
        if (!command.has(Flag.NO_AUTH) && !commands.allow(command, request)) {
            return verdict(Reason.COMMAND, 0);
        }
        int key = allKeys ? 0 : deniedKey(command, request);
        if (key != 0) {
            return verdict(Reason.KEY, key);
        }
        int channel = allChannels ? 0 : deniedChannel(command.channels(), request);
        return channel == 0 ? ALLOWED : verdict(Reason.CHANNEL, channel);
    }

    private static int verdict(Reason reason, int argument) {
        return reason.rank() << REASON_SHIFT | Math.min(argument, ARGUMENT_MASK);
    }

    static Reason reason(int verdict) {
        return Reason.ranked(verdict >>> REASON_SHIFT);
    }

    static int argument(int verdict) {
        return verdict & ARGUMENT_MASK;
    }

    /** The index of the first key that is denied, or 0. */
    private int deniedKey(Command command, Request request) {
        Keys declared = command.keys();
        if (declared.isNone()) {
            return 0;
        }
        if (declared.isMovable()) {
            int[] denied = {0};
            declared.each(
                    request,
                    key -> {
                        if (denied[0] == 0 && !allowsKey(command, request, key)) {
                            denied[0] = key;
                        }
                    });
            return denied[0];
        }
        int last = declared.last(request.count());
        for (int key = declared.first(); key <= last; key += declared.step()) {
            if (!allowsKey(command, request, key)) {
                return key;
            }
        }
        return 0;
    }

    private boolean allowsKey(Command command, Request request, int key) {
        int wanted = wanted(command.access(request, key));
        return allowsKey(request.address(key), request.length(key), wanted);
    }

    private static int wanted(KeyAccess access) {
        return (access.reads() ? KeyPattern.READ : 0) | (access.writes() ? KeyPattern.WRITE : 0);
    }

    private boolean allowsKey(long address, int length, int wanted) {
        for (int i = 0; i < askedKeys.size(); i++) {
            KeyPattern pattern = askedKeys.get(i);
            if (pattern.gives(wanted) && pattern.matches(address, length)) {
                return true;
            }
        }
        return false;
    }

    /** True if whatever key there is may be read. */
    boolean readsAllKeys() {
        return allKeys
                || askedKeys.stream()
                        .anyMatch(
                                pattern ->
                                        pattern.gives(KeyPattern.READ) && pattern.isEverything());
    }

    /** The index of the first channel that is denied, or 0. */
    private int deniedChannel(Channels named, Request request) {
        int end = named.end(request.count());
        for (int i = 1; i < end; i++) {
            byte[] name = Memory.bytes(request.address(i), request.length(i));
            if (!allowsChannel(askedChannels, name, named == Channels.PATTERNS)) {
                return i;
            }
        }
        return 0;
    }

    /** A channel must match a pattern; a pattern must be one of them, letter by letter. */
    static boolean allowsChannel(Iterable<KeyPattern> allowed, byte[] name, boolean isPattern) {
        for (KeyPattern pattern : allowed) {
            if (isPattern ? pattern.is(name) : pattern.matches(name)) {
                return true;
            }
        }
        return false;
    }

    // ---- Describing

    String commandsText() {
        return commands.text();
    }

    /** Key patterns as rules, with blanks between. */
    String keysText() {
        return allKeys ? "~*" : keys.values().stream().map(KeyPattern::rule).collect(joining());
    }

    /** Channel patterns as rules, with blanks between. */
    String channelsText() {
        return allChannels
                ? "&*"
                : channels.keySet().stream().map(text -> "&" + text).collect(joining());
    }

    private static Collector<CharSequence, ?, String> joining() {
        return Collectors.joining(" ");
    }

    /** All rules that make this selector. */
    String text() {
        List<String> parts = new ArrayList<>(4);
        if (allKeys || !keys.isEmpty()) {
            parts.add(keysText());
        }
        if (!allChannels) {
            parts.add("resetchannels");
        }
        if (allChannels || !channels.isEmpty()) {
            parts.add(channelsText());
        }
        parts.add(commandsText());
        return String.join(" ", parts);
    }
}
