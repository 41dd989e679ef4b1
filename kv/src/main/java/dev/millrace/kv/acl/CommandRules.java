package dev.millrace.kv.acl;

import dev.millrace.kv.catalog.Categories;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.resp.Request;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Which commands may be run: a bit for each command and subcommand, and for a command whose bit is
 * not set perhaps some first arguments with which it may be run after all.
 *
 * <p><b>The text</b> that describes it is not what it was made from. As in Redis ({@code
 * ACLDescribeSelectorCommandRules}, 7.0) it is found anew from the bits: it starts from everything
 * or from nothing, then takes again and again the category with the fewest commands that it would
 * get wrong and more that it gets right, and names the rest one by one.
 */
final class CommandRules {
    private final Vocabulary vocabulary;
    private final long[] bits;

    /** Everything, whatever there will be: {@code +@all}, and nothing was taken away since. */
    private boolean all;

    /** What there will be is allowed, too. */
    private boolean future;

    private final Map<Command, List<String>> firstArguments = new LinkedHashMap<>();

    CommandRules(Vocabulary vocabulary) {
        this.vocabulary = vocabulary;
        this.bits = new long[(vocabulary.width() + Long.SIZE - 1) / Long.SIZE];
    }

    CommandRules copy() {
        CommandRules copy = new CommandRules(vocabulary);
        System.arraycopy(bits, 0, copy.bits, 0, bits.length);
        copy.all = all;
        copy.future = future;
        firstArguments.forEach(
                (command, words) -> copy.firstArguments.put(command, new ArrayList<>(words)));
        return copy;
    }

    // ---- Asking

    boolean isAll() {
        return all;
    }

    boolean allow(Command command, Request request) {
        return all || has(command) || allowFirstArgument(command, request);
    }

    private boolean has(Command command) {
        int bit = vocabulary.bit(command);
        return (bits[bit / Long.SIZE] >>> bit & 1) != 0;
    }

    private boolean allowFirstArgument(Command command, Request request) {
        List<String> words = firstArguments.isEmpty() ? null : firstArguments.get(command);
        return words != null && request.count() > 1 && isOneOf(words, request);
    }

    private static boolean isOneOf(List<String> words, Request request) {
        for (String word : words) {
            if (request.is(1, word.toUpperCase(Locale.ROOT))) {
                return true;
            }
        }
        return false;
    }

    // ---- Changing, before anybody asks

    void allowAll(boolean allowed) {
        Arrays.fill(bits, allowed ? -1 : 0);
        all = allowed;
        future = allowed;
        firstArguments.clear();
    }

    /** A command with all that it contains. */
    void allow(Command command, boolean allowed) {
        set(command, allowed);
        firstArguments.remove(command);
        command.subcommands().forEach(subcommand -> set(subcommand, allowed));
    }

    private void set(Command command, boolean allowed) {
        int bit = vocabulary.bit(command);
        if (allowed) {
            bits[bit / Long.SIZE] |= 1L << bit;
        } else {
            bits[bit / Long.SIZE] &= ~(1L << bit);
            all = false;
        }
    }

    private void allow(List<Command> commands, boolean allowed) {
        commands.forEach(command -> allow(command, allowed));
    }

    /** A rule about commands: {@code +get}, {@code -@write}, {@code +select|0}. */
    void apply(String rule) throws BadRule {
        boolean allowed = rule.charAt(0) == '+';
        String name = rule.substring(1);
        if (name.startsWith("@")) {
            String category = name.substring(1);
            if (!vocabulary.isCategory(category)) {
                throw BadRule.unknownCommand();
            }
            allow(vocabulary.members(category), allowed);
            return;
        }
        int bar = allowed ? name.lastIndexOf('|') : -1;
        if (bar < 0) {
            allow(known(name), allowed);
        } else {
            allowPart(name, bar);
        }
    }

    private Command known(String name) throws BadRule {
        Command command = vocabulary.find(name);
        if (command == null) {
            throw BadRule.unknownCommand();
        }
        return command;
    }

    /** A subcommand; or, of a command that has none, what its first argument may be. */
    private void allowPart(String name, int bar) throws BadRule {
        String container = name.substring(0, bar);
        String part = name.substring(bar + 1);
        Command command = known(container);
        if (container.indexOf('|') >= 0) {
            throw BadRule.argumentOfSubcommand();
        }
        if (part.isEmpty()) {
            throw BadRule.syntax();
        }
        if (!command.subcommands().isEmpty()) {
            allow(known(name), true);
            return;
        }
        List<String> words = firstArguments.computeIfAbsent(command, none -> new ArrayList<>(1));
        if (words.stream().noneMatch(part::equalsIgnoreCase)) {
            words.add(part);
        }
    }

    // ---- Describing

    /** The shortest rules Redis would find that make the same set. */
    String text() {
        CommandRules told = new CommandRules(vocabulary);
        told.allowAll(future);
        StringBuilder rules = new StringBuilder(future ? "+@all" : "-@all");
        CommandRules left = copy();
        Set<String> applied = new HashSet<>();
        String sign = future ? "-" : "+";
        for (String best = best(left, applied); best != null; best = best(left, applied)) {
            told.allow(vocabulary.members(best), !future);
            left.allow(vocabulary.members(best), future);
            applied.add(best);
            rules.append(' ').append(sign).append('@').append(best);
        }
        for (Command command : vocabulary.commands()) {
            tellDifference(command, told, rules);
        }
        return rules.toString();
    }

    private void tellDifference(Command command, CommandRules told, StringBuilder rules) {
        boolean allowed = has(command);
        if (allowed != told.has(command)) {
            rules.append(allowed ? " +" : " -").append(command.fullName());
            told.allow(command, allowed);
        }
        if (!allowed) {
            for (String word : firstArguments.getOrDefault(command, List.of())) {
                rules.append(" +").append(command.fullName()).append('|').append(word);
            }
        }
    }

    /**
     * The category that says most of what is left to say with the least that is wrong, or null if
     * each is wrong more often than right.
     */
    private @Nullable String best(CommandRules left, Set<String> applied) {
        String best = null;
        int leastWrong = Integer.MAX_VALUE;
        int mostRight = 0;
        for (String category : Categories.ALL) {
            if (applied.contains(category)) {
                continue;
            }
            List<Command> members = vocabulary.members(category);
            int right = (int) members.stream().filter(each -> left.has(each) != future).count();
            int wrong = members.size() - right;
            boolean better = wrong < leastWrong || wrong == leastWrong && right > mostRight;
            if (right > wrong && better) {
                best = category;
                leastWrong = wrong;
                mostRight = right;
            }
        }
        return best;
    }
}
