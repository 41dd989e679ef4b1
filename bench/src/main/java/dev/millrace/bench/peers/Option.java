package dev.millrace.bench.peers;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** What may follow the room. To add one, add a line. */
enum Option {
    QUICK("--quick", "", "short rounds: a direction, not a result"),
    ONLY("--only", "ROW,...", "these rows: names, or their beginnings up to a dash"),
    ROUNDS("--rounds", "N", "measured rounds of every row"),
    JSON("--json", "FILE", "where the JSON goes, else bench/target/ROOM.json"),
    PEER("--peer", "redis", "Redis in Millrace's place too: shows what the noise is"),
    MILLRACE("--millrace", "SCRIPT", "another build's millrace script, to compare builds"),
    SET("--set", "KEY=VALUE", "a setting for every start of Millrace; may be repeated"),
    LIST("--list", "", "lists the rows and measures nothing"),
    HELP("--help", "", "this");

    private final String word;
    private final String value;
    private final String meaning;

    Option(String word, String value, String meaning) {
        this.word = word;
        this.value = value;
        this.meaning = meaning;
    }

    static Option of(String word) throws BadUsage {
        List<Option> named =
                Arrays.stream(values()).filter(option -> option.word.equals(word)).toList();
        if (named.isEmpty()) {
            throw new BadUsage(word, "an option that --help lists");
        }
        return named.getFirst();
    }

    static String help() {
        return Arrays.stream(values())
                .map(option -> "  %-20s %s".formatted(option, option.meaning))
                .collect(
                        Collectors.joining(
                                "\n",
                                "usage: millrace bench-peers kv|queue|events|registry|transaction [OPTION]...\n",
                                ""));
    }

    boolean isFlag() {
        return value.isEmpty();
    }

    @Override
    public String toString() {
        return isFlag() ? word : word + " " + value;
    }
}
