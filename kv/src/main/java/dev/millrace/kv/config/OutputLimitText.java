package dev.millrace.kv.config;

import dev.millrace.kernel.guard.OutputLimit;
import dev.millrace.kv.session.OutputLimits;

import java.time.Duration;
import java.util.Locale;

/**
 * {@code client-output-buffer-limit} as text: class, hard limit, soft limit, seconds, and so on.
 */
final class OutputLimitText {
    private static final int WORDS = 4;

    private OutputLimitText() {}

    static String of(OutputLimits limits) {
        return text("normal", limits.normal())
                + " "
                + text("slave", limits.replica())
                + " "
                + text("pubsub", limits.pubsub());
    }

    private static String text(String name, OutputLimit limit) {
        return name
                + " "
                + limit.hardBytes()
                + " "
                + limit.softBytes()
                + " "
                + limit.softFor().toSeconds();
    }

    /** The text of these limits after what {@code given} says of some of the classes. */
    static String merge(String given, OutputLimits before) throws BadValue {
        String[] words = given.split(" ", -1);
        if (words.length % WORDS != 0) {
            throw new BadValue("Wrong number of arguments in buffer limit configuration.");
        }
        OutputLimits limits = before;
        for (int i = 0; i < words.length; i += WORDS) {
            String name = words[i].toLowerCase(Locale.ROOT);
            if (!name.matches("normal|slave|replica|pubsub")) {
                throw new BadValue("Invalid client class specified in buffer limit configuration.");
            }
            long hard = Kind.parseBytes(words[i + 1]);
            long soft = Kind.parseBytes(words[i + 2]);
            if (hard < 0 || soft < 0 || !words[i + 3].matches("[0-9]{1,9}")) {
                throw new BadValue(
                        "Error in hard, soft or soft_seconds setting in buffer limit"
                                + " configuration.");
            }
            Duration softFor = Duration.ofSeconds(Long.parseLong(words[i + 3]));
            limits = with(limits, name, new OutputLimit(hard, soft, softFor));
        }
        return of(limits);
    }

    private static OutputLimits with(OutputLimits limits, String name, OutputLimit limit) {
        return switch (name) {
            case "normal" -> new OutputLimits(limit, limits.replica(), limits.pubsub());
            case "pubsub" -> new OutputLimits(limits.normal(), limits.replica(), limit);
            default -> new OutputLimits(limits.normal(), limit, limits.pubsub());
        };
    }

    /** The limits that {@link #merge} has written. */
    static OutputLimits parse(String canonical) {
        OutputLimits limits = OutputLimits.STANDARD;
        String[] words = canonical.split(" ", -1);
        for (int i = 0; i < words.length; i += WORDS) {
            OutputLimit limit =
                    new OutputLimit(
                            Long.parseLong(words[i + 1]),
                            Long.parseLong(words[i + 2]),
                            Duration.ofSeconds(Long.parseLong(words[i + 3])));
            limits = with(limits, words[i], limit);
        }
        return limits;
    }
}
