package dev.millrace.events.api;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

import dev.millrace.events.read.Filter;
import dev.millrace.events.wire.MalformedMessage;
import dev.millrace.events.wire.MessageReader;
import dev.millrace.kernel.guard.PatternSize;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * ReadReq.Options of streams.proto.
 *
 * @param stream the name; empty: all
 * @param from a revision or position, or {@link #START}, {@link #END}
 * @param count how many events; a subscription has no number
 * @param checkpointEvery of a filtered subscription: how many events are looked at between two
 *     checkpoints; 0 if it is not filtered
 */
record ReadRequest(
        String stream,
        long from,
        boolean forward,
        boolean resolveLinks,
        boolean subscription,
        long count,
        Filter filter,
        long checkpointEvery,
        boolean textIds) {
    static final long START = -1;
    static final long END = -2;

    /** What a filter looks at between checkpoints, unless the client says otherwise. */
    private static final long WINDOW_STANDARD = 32;

    boolean isAll() {
        return stream.isEmpty();
    }

    static ReadRequest read(MessageReader in) {
        Draft draft = new Draft();
        while (in.next()) {
            if (in.field() == 1) {
                draft.options(in.message());
            }
        }
        return draft.whole();
    }

    private static final class Draft {
        private String stream = "";
        private boolean hasSource;
        private boolean all;
        private long from = START;
        private boolean forward = true;
        private boolean resolveLinks;
        private boolean subscription;
        private boolean hasCount;
        private long count;
        private Filter filter = Filter.Everything.ALL;
        private long checkpointEvery;
        private boolean textIds;

        void options(MessageReader in) {
            while (in.next()) {
                switch (in.field()) {
                    case 1 -> stream(in.message());
                    case 2 -> all(in.message());
                    case 3 -> forward = in.number() == 0;
                    case 4 -> resolveLinks = in.flag();
                    case 5 -> {
                        hasCount = true;
                        count = in.number();
                    }
                    case 6 -> subscription = true;
                    case 7 -> filter(in.message());
                    case 9 -> uuids(in.message());
                    default -> {
                        // Control options and what later versions have.
                    }
                }
            }
        }

        private void stream(MessageReader in) {
            hasSource = true;
            while (in.next()) {
                switch (in.field()) {
                    case 1 -> stream = streamName(in.message());
                    case 2 -> from = in.number();
                    case 3 -> from = START;
                    case 4 -> from = END;
                    default -> {
                        // A later version's.
                    }
                }
            }
            if (stream.isEmpty()) {
                throw new MalformedMessage("a stream without a name");
            }
        }

        private void all(MessageReader in) {
            hasSource = true;
            all = true;
            while (in.next()) {
                switch (in.field()) {
                    case 1 -> from = position(in.message());
                    case 2 -> from = START;
                    case 3 -> from = END;
                    default -> {
                        // A later version's.
                    }
                }
            }
        }

        private static long position(MessageReader in) {
            long commit = 0;
            while (in.next()) {
                if (in.field() == 1) {
                    commit = in.number();
                }
            }
            return commit < 0 ? END : commit;
        }

        private void uuids(MessageReader in) {
            while (in.next()) {
                if (in.field() == 2) {
                    textIds = true;
                }
            }
        }

        private void filter(MessageReader in) {
            long max = WINDOW_STANDARD;
            long multiplier = 1;
            while (in.next()) {
                switch (in.field()) {
                    case 1 -> filter = expression(false, in.message());
                    case 2 -> filter = expression(true, in.message());
                    case 3 -> max = in.number();
                    case 5 -> multiplier = in.number();
                    default -> {
                        // Window "count", and what later versions have.
                    }
                }
            }
            if (max < 1 || multiplier < 1) {
                throw new MalformedMessage(
                        "filter: max "
                                + max
                                + ", checkpointIntervalMultiplier "
                                + multiplier
                                + " (expected: each >= 1)");
            }
            checkpointEvery = Math.max(1, max * multiplier);
        }

        ReadRequest whole() {
            if (!hasSource || !subscription && !hasCount) {
                throw new MalformedMessage("a read without a stream, or without a count");
            }
            if (all) {
                stream = "";
            }
            if (subscription && !forward) {
                throw new MalformedMessage("a subscription backwards");
            }
            return new ReadRequest(
                    stream,
                    from,
                    forward,
                    resolveLinks,
                    subscription,
                    subscription || count < 0 ? Long.MAX_VALUE : count,
                    filter,
                    checkpointEvery,
                    textIds);
        }
    }

    /** Expression of FilterOptions, of a stream's name or of an event's type. */
    static Filter expression(boolean byType, MessageReader in) {
        String regex = "";
        List<byte[]> prefixes = new ArrayList<>();
        while (in.next()) {
            switch (in.field()) {
                case 1 -> regex = in.text();
                case 2 -> prefixes.add(in.bytes());
                default -> {
                    // A later version's.
                }
            }
        }
        if (!prefixes.isEmpty()) {
            return new Filter.Prefixes(byType, List.copyOf(prefixes));
        }
        if (PatternSize.of(regex) > PatternSize.MOST) {
            throw new MalformedMessage(
                    "filter: expression too large: "
                            + PatternSize.of(regex)
                            + " (expected: <= "
                            + PatternSize.MOST
                            + ")");
        }
        try {
            return new Filter.Expression(byType, Pattern.compile(regex));
        } catch (PatternSyntaxException malformed) {
            throw new MalformedMessage("filter: " + malformed.getMessage());
        }
    }

    /** StreamIdentifier of shared.proto. */
    static String streamName(MessageReader in) {
        String name = "";
        while (in.next()) {
            if (in.field() == 3) {
                name = new String(in.bytes(), StandardCharsets.UTF_8);
            }
        }
        return name;
    }
}
