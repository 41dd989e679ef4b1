package dev.millrace.bench.peers;

import dev.millrace.bench.events.EventsRows;
import dev.millrace.bench.kv.Comparison;
import dev.millrace.bench.kv.Effort;
import dev.millrace.bench.kv.KvRows;
import dev.millrace.bench.queue.QueueRows;
import dev.millrace.bench.registry.RegistryRows;
import dev.millrace.bench.server.Contestant;
import dev.millrace.bench.server.Millrace;
import dev.millrace.bench.server.Redis;
import dev.millrace.bench.transaction.TransactionRows;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the user typed: a room, then options. */
final class Arguments {
    /** Those that change nothing in what a row says. */
    private static final Set<Option> AT_LENGTH =
            EnumSet.of(Option.ONLY, Option.ROUNDS, Option.JSON);

    private final Map<Option, List<String>> values = new EnumMap<>(Option.class);
    private String room = "";

    private Arguments() {}

    /** Reads the words and checks what each says. */
    static Arguments parse(String... words) throws BadUsage {
        Arguments arguments = new Arguments();
        Iterator<String> rest = List.of(words).iterator();
        while (rest.hasNext()) {
            arguments.read(rest.next(), rest);
        }
        if (!arguments.has(Option.HELP)) {
            arguments.check();
        }
        return arguments;
    }

    private void read(String word, Iterator<String> rest) throws BadUsage {
        if (!word.startsWith("--")) {
            room = word;
            return;
        }
        Option option = Option.of(word);
        if (!option.isFlag() && !rest.hasNext()) {
            throw new BadUsage(word, option.toString());
        }
        String value = option.isFlag() ? "" : rest.next();
        values.computeIfAbsent(option, first -> new ArrayList<>()).add(value);
    }

    private void check() throws BadUsage {
        if (!List.of("kv", "queue", "events", "transaction", "registry").contains(room)) {
            throw new BadUsage("room: " + room, "kv, queue, events, registry or transaction");
        }
        if (!last(Option.PEER).orElse("redis").equals("redis")) {
            throw new BadUsage("--peer: " + last(Option.PEER).orElse(""), "redis");
        }
        for (String word : only()) {
            if (rowsOfRoom().stream().noneMatch(row -> names(word, row))) {
                throw new BadUsage("--only: " + word, "a row that --list lists");
            }
        }
        effort();
    }

    boolean has(Option option) {
        return values.containsKey(option);
    }

    String room() {
        return room;
    }

    private List<Comparison> rowsOfRoom() {
        return switch (room) {
            case "queue" -> QueueRows.all();
            case "events" -> EventsRows.all();
            case "transaction" -> TransactionRows.all();
            case "registry" -> RegistryRows.all();
            default -> KvRows.all();
        };
    }

    /** The name of what the room is compared with. */
    String peer() {
        return switch (room) {
            case "queue", "events" -> "peer";
            case "transaction" -> "its parts";
            case "registry" -> "unbound";
            default -> "Redis";
        };
    }

    /** The rows that were asked for and that say something about the subject. */
    List<Comparison> rows(Contestant subject) {
        List<String> only = only();
        return rowsOfRoom().stream()
                .filter(row -> only.isEmpty() || only.stream().anyMatch(word -> names(word, row)))
                .filter(row -> row.suits(subject))
                .toList();
    }

    /** The names of all rows that the room has, in order. */
    List<String> names() {
        return rowsOfRoom().stream().map(Comparison::name).toList();
    }

    /** Whether rows run at length on this build as it is, so that they may be kept. */
    boolean isAtLength() {
        return AT_LENGTH.containsAll(values.keySet());
    }

    Effort effort() throws BadUsage {
        Effort effort = has(Option.QUICK) ? Effort.quick() : Effort.full();
        Optional<String> rounds = last(Option.ROUNDS);
        return rounds.isPresent() ? effort.withRounds(count(rounds.get())) : effort;
    }

    Contestant subject(Path home) {
        if (has(Option.PEER)) {
            return new Redis("Redis too");
        }
        Path script = last(Option.MILLRACE).map(Path::of).orElse(home.resolve("millrace"));
        return new Millrace("Millrace", script.toAbsolutePath(), all(Option.SET));
    }

    Path json(Path home) {
        return last(Option.JSON)
                .map(Path::of)
                .orElse(home.resolve("bench/target/" + room + ".json"));
    }

    private List<String> only() {
        return all(Option.ONLY).stream()
                .flatMap(words -> List.of(words.split(",")).stream())
                .toList();
    }

    private List<String> all(Option option) {
        return values.getOrDefault(option, List.of());
    }

    private Optional<String> last(Option option) {
        return all(option).isEmpty() ? Optional.empty() : Optional.of(all(option).getLast());
    }

    private static int count(String text) throws BadUsage {
        if (!text.matches("[1-9][0-9]{0,3}")) {
            throw new BadUsage("--rounds: " + text, "1 to 9999");
        }
        return Integer.parseInt(text);
    }

    private static boolean names(String word, Comparison row) {
        return row.name().equals(word) || row.name().startsWith(word + "-");
    }
}
