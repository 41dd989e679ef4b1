package dev.millrace.kv.catalog;

import dev.millrace.kv.command.Command;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads the arguments of a command out of its syntax, as Redis's documentation writes it.
 *
 * <pre>
 *   sequence  = element { element }          alternatives = sequence { "|" sequence }
 *   element   = TOKEN [ name ] | name | "[" alternatives "]" | "&lt;" alternatives "&gt;" | "..."
 * </pre>
 *
 * <p>Elements that are followed by themselves and dots in brackets, as in {@code key [key ...]} or
 * {@code score member [score member ...]}, may be given several times.
 */
final class Usage {
    private static final Set<String> INTEGERS =
            Set.of(
                    "seconds",
                    "milliseconds",
                    "count",
                    "numkeys",
                    "index",
                    "offset",
                    "start",
                    "stop",
                    "end",
                    "cursor",
                    "db",
                    "increment",
                    "decrement",
                    "client-id",
                    "protover",
                    "numreplicas",
                    "length",
                    "bit",
                    "rank",
                    "num-matches",
                    "len",
                    "limit",
                    "weight",
                    "min-match-len",
                    "port",
                    "slot",
                    "destination-db");

    private static final Set<String> DOUBLES =
            Set.of("score", "timeout", "longitude", "latitude", "radius", "width", "height");

    private static final Set<String> KEYS =
            Set.of("key", "source", "destination", "newkey", "key1", "key2", "destkey");

    private static final String DOTS = "...";

    private final List<String> words;
    private int at;

    private Usage(List<String> words) {
        this.words = words;
    }

    static List<Argument> arguments(Command command) {
        List<String> words = split(command.usage());
        int names = command.fullName().equals(command.name()) ? 1 : 2;
        return new Usage(words.subList(Math.min(names, words.size()), words.size())).sequence();
    }

    private static List<String> split(String usage) {
        String spaced = usage.replaceAll("([\\[\\]<>|])", " $1 ");
        return List.of(spaced.trim().split(" +"));
    }

    private boolean isAt(String word) {
        return at < words.size() && words.get(at).equals(word);
    }

    private boolean isAtEnd() {
        return at >= words.size() || isAt("]") || isAt(">") || isAt("|");
    }

    private List<Argument> sequence() {
        List<Argument> all = new ArrayList<>();
        while (!isAtEnd()) {
            element(all);
        }
        return all;
    }

    private void element(List<Argument> all) {
        String word = words.get(at++);
        switch (word) {
            case "[" -> {
                Argument group = group("]");
                boolean repeats = DOTS.equals(words.get(at - 2));
                int repeated = repeats ? repeated(all, group) : 0;
                if (repeated > 0) {
                    List<Argument> before = all.subList(all.size() - repeated, all.size());
                    Argument whole = whole(List.copyOf(before)).asMultiple();
                    before.clear();
                    all.add(whole);
                } else {
                    all.add(group.asOptional());
                }
            }
            case "<" -> all.add(group(">"));
            case DOTS -> {
                if (!all.isEmpty()) {
                    all.add(all.removeLast().asMultiple());
                }
            }
            default -> all.add(isToken(word) ? announced(word) : plain(word));
        }
    }

    /** How many of the last elements a group that ends in dots names again. */
    private static int repeated(List<Argument> all, Argument group) {
        List<Argument> named = group.type().equals(Argument.BLOCK) ? group.parts() : List.of(group);
        int first = all.size() - named.size();
        if (first < 0) {
            return 0;
        }
        for (int i = 0; i < named.size(); i++) {
            if (!all.get(first + i).name().equals(named.get(i).name())) {
                return 0;
            }
        }
        return named.size();
    }

    private Argument announced(String token) {
        boolean alone = isAtEnd() || isToken(words.get(at)) || isAt("[") || isAt(DOTS);
        if (alone) {
            String name = token.toLowerCase(Locale.ROOT);
            return new Argument(name, Argument.TOKEN, token, false, false, List.of());
        }
        List<Argument> next = new ArrayList<>();
        element(next);
        return next.getFirst().announcedBy(token);
    }

    private static Argument plain(String name) {
        return new Argument(name, type(name), "", false, false, List.of());
    }

    private static String type(String name) {
        if (KEYS.contains(name)) {
            return "key";
        }
        if (name.equals("pattern")) {
            return "pattern";
        }
        if (name.startsWith("unix-time")) {
            return "unix-time";
        }
        if (DOUBLES.contains(name)) {
            return "double";
        }
        return INTEGERS.contains(name) ? "integer" : "string";
    }

    private static boolean isToken(String word) {
        return word.chars().anyMatch(Character::isUpperCase)
                && word.chars().noneMatch(Character::isLowerCase);
    }

    /** What stands between brackets, of which the opening one has been read. */
    private Argument group(String close) {
        List<Argument> alternatives = new ArrayList<>();
        alternatives.add(whole(sequence()));
        while (isAt("|")) {
            at++;
            alternatives.add(whole(sequence()));
        }
        if (isAt(close)) {
            at++;
        }
        return alternatives.size() == 1 ? alternatives.getFirst() : oneOf(alternatives);
    }

    /** In {@code AGGREGATE SUM|MIN|MAX} the first word announces all of them. */
    private static Argument oneOf(List<Argument> alternatives) {
        Argument first = alternatives.getFirst();
        boolean announced =
                first.type().equals(Argument.BLOCK)
                        && first.parts().size() == 2
                        && first.parts().getFirst().type().equals(Argument.TOKEN);
        if (!announced) {
            return of(Argument.ONE_OF, alternatives);
        }
        List<Argument> chosen = new ArrayList<>(alternatives);
        chosen.set(0, first.parts().getLast());
        return of(Argument.ONE_OF, chosen).announcedBy(first.parts().getFirst().token());
    }

    private static Argument whole(List<Argument> sequence) {
        return sequence.size() == 1 ? sequence.getFirst() : of(Argument.BLOCK, sequence);
    }

    private static Argument of(String type, List<Argument> parts) {
        List<String> names = parts.stream().map(Argument::name).toList();
        return new Argument(String.join("_", names), type, "", false, false, List.copyOf(parts));
    }
}
