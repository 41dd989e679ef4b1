package dev.millrace.events.api;

import dev.millrace.events.group.ConsumerStrategy;
import dev.millrace.events.group.Group;
import dev.millrace.events.group.GroupSettings;
import dev.millrace.events.read.Filter;
import dev.millrace.events.stream.StreamTable;
import dev.millrace.events.wire.MalformedMessage;
import dev.millrace.events.wire.MessageReader;

import java.nio.charset.StandardCharsets;

/**
 * CreateReq and UpdateReq of persistent.proto, whose fields are alike. What is wrong with the
 * settings is told by the objections, for KurrentDB looks in between whether there is such a group.
 *
 * @param byName the stream was named as streams are; {@code $all} has a field of its own
 * @param from the revision or commit position, or {@link GroupSettings#END}
 * @param prepare the prepare position; of a stream: the same
 * @param strategy its name
 */
record GroupRequest(
        Group.Key key,
        boolean byName,
        long from,
        long prepare,
        String strategy,
        GroupSettings settings) {
    private static final int TICKS_PER_MILLI = 10_000;
    private static final String[] STRATEGIES = {"DispatchToSingle", "RoundRobin", "Pinned"};

    static GroupRequest read(MessageReader in) {
        Draft draft = new Draft();
        while (in.next()) {
            if (in.field() == 1) {
                draft.options(in.message());
            }
        }
        return draft.whole();
    }

    /** What KurrentDB has against the name of a stream, in its words; empty: nothing. */
    static String objectionToName(String stream) {
        if (stream.isEmpty()) {
            return "Bad stream name.";
        }
        if (stream.equals(Group.ALL)) {
            return "Persistent subscriptions to $all are only supported over gRPC through gRPC"
                    + " clients";
        }
        return "";
    }

    String objectionToName() {
        return byName ? objectionToName(key.stream()) : "";
    }

    /**
     * The same, of the settings.
     *
     * @param end the last position of all
     */
    String objectionToSettings(long end) {
        if (ConsumerStrategy.of(strategy).isEmpty()) {
            return "Consumer strategy " + strategy + " does not exist.";
        }
        return byName ? objectionToRevision() : objectionToPosition(end);
    }

    private String objectionToRevision() {
        return from < GroupSettings.END
                ? "Invalid Start From position: event number must be greater than or equal to -1."
                : "";
    }

    private String objectionToPosition(long end) {
        if (prepare > from) {
            return "Invalid Start From position: prepare position must be less than or equal to"
                    + " the commit position.";
        }
        if (from > end) {
            return "Invalid Start From position: commit position must be less than or equal to the"
                    + " last commit position in the transaction file.";
        }
        if ((prepare <= -1 || from <= -1) && !(prepare == -1 && from == -1)) {
            return "Invalid Start From position: prepare and commit positions must be greater than"
                    + " or equal to 0 or both equal to -1.";
        }
        return "";
    }

    /** The same, of what it looks at last. */
    String objectionToSizes() {
        if (settings.readBatchSize() >= settings.historyBufferSize()) {
            return "Specified argument was out of the range of valid values. (Parameter"
                    + " 'ReadBatchSize may not be greater than or equal to BufferSize')";
        }
        return "";
    }

    private static final class Draft {
        private String oldStream = "";
        private String stream = "";
        private String name = "";
        private boolean hasStream;
        private boolean all;
        private boolean hasSettings;
        private long oldRevision;
        private long from;
        private long prepare;
        private boolean resolveLinks;
        private boolean extraStatistics;
        private int messageTimeout;
        private int checkpointAfter;
        private int minCheckpoint;
        private int maxCheckpoint;
        private int maxRetries;
        private int maxSubscribers;
        private int liveBuffer;
        private int readBatch;
        private int historyBuffer;
        private String strategy = "";
        private String oldStrategy = STRATEGIES[0];
        private Filter filter = Filter.Everything.ALL;

        void options(MessageReader in) {
            while (in.next()) {
                switch (in.field()) {
                    case 1 -> oldStream = ReadRequest.streamName(in.message());
                    case 2 -> name = in.text();
                    case 3 -> settings(in.message());
                    case 4 -> stream(in.message());
                    case 5 -> all(in.message());
                    default -> {
                        // A later version's.
                    }
                }
            }
        }

        private void stream(MessageReader in) {
            hasStream = true;
            all = false;
            boolean hasRevision = false;
            while (in.next()) {
                switch (in.field()) {
                    case 1 -> stream = ReadRequest.streamName(in.message());
                    case 2 -> {
                        hasRevision = true;
                        from = in.number();
                    }
                    case 3 -> {
                        hasRevision = true;
                        from = 0;
                    }
                    case 4 -> {
                        hasRevision = true;
                        from = GroupSettings.END;
                    }
                    default -> {
                        // A later version's.
                    }
                }
            }
            if (!hasRevision) {
                throw new MalformedMessage("a stream without a revision, start or end");
            }
        }

        private void all(MessageReader in) {
            hasStream = false;
            all = true;
            boolean hasPosition = false;
            while (in.next()) {
                switch (in.field()) {
                    case 1 -> {
                        hasPosition = true;
                        position(in.message());
                    }
                    case 2 -> {
                        hasPosition = true;
                        from = 0;
                        prepare = 0;
                    }
                    case 3 -> {
                        hasPosition = true;
                        from = GroupSettings.END;
                        prepare = GroupSettings.END;
                    }
                    case 4 -> filter(in.message());
                    default -> {
                        // No filter, and what later versions have.
                    }
                }
            }
            if (!hasPosition) {
                throw new MalformedMessage("$all without a position, start or end");
            }
        }

        private void position(MessageReader in) {
            from = 0;
            prepare = 0;
            while (in.next()) {
                switch (in.field()) {
                    case 1 -> from = in.number();
                    case 2 -> prepare = in.number();
                    default -> {
                        // A later version's.
                    }
                }
            }
        }

        private void filter(MessageReader in) {
            while (in.next()) {
                switch (in.field()) {
                    case 1 -> filter = ReadRequest.expression(false, in.message());
                    case 2 -> filter = ReadRequest.expression(true, in.message());
                    default -> {
                        // Windows: there are no checkpoints of a filter to be sent.
                    }
                }
            }
        }

        private void settings(MessageReader in) {
            hasSettings = true;
            while (in.next()) {
                switch (in.field()) {
                    case 1 -> resolveLinks = in.flag();
                    case 2 -> oldRevision = in.number();
                    case 3 -> extraStatistics = in.flag();
                    case 4 -> messageTimeout = millis("message_timeout_ticks", in);
                    case 5 -> maxRetries = number("max_retry_count", in);
                    case 6 -> checkpointAfter = millis("checkpoint_after_ticks", in);
                    case 7 -> minCheckpoint = number("min_checkpoint_count", in);
                    case 8 -> maxCheckpoint = number("max_checkpoint_count", in);
                    case 9 -> maxSubscribers = number("max_subscriber_count", in);
                    case 10 -> liveBuffer = number("live_buffer_size", in);
                    case 11 -> readBatch = number("read_batch_size", in);
                    case 12 -> historyBuffer = number("history_buffer_size", in);
                    case 13 -> oldStrategy = strategy(in.number());
                    case 14 -> messageTimeout = number("message_timeout_ms", in);
                    case 15 -> checkpointAfter = number("checkpoint_after_ms", in);
                    case 16 -> strategy = in.text();
                    default -> {
                        // A later version's.
                    }
                }
            }
        }

        private static int number(String name, MessageReader in) {
            return number(name, in.number());
        }

        private static int number(String name, long value) {
            if (value < 0 || value > Integer.MAX_VALUE) {
                throw new MalformedMessage(name + ": " + value + " (expected: 0 to 2147483647)");
            }
            return (int) value;
        }

        private static int millis(String name, MessageReader in) {
            return number(name, in.number() / TICKS_PER_MILLI);
        }

        private static String strategy(long number) {
            return number >= 0 && number < STRATEGIES.length
                    ? STRATEGIES[(int) number]
                    : Long.toString(number);
        }

        GroupRequest whole() {
            if (!hasSettings) {
                throw new MalformedMessage("a group without settings");
            }
            if (!hasStream && !all) {
                // What clients of version 20 send.
                stream = oldStream;
                from = oldRevision;
            }
            String named = strategy.isEmpty() ? oldStrategy : strategy;
            Group.Key key = new Group.Key(all ? Group.ALL : stream, name);
            GroupSettings settings = settings(named);
            checkLength(new Group(0, key, settings, 0, Group.NONE, 0).parkedStream());
            return new GroupRequest(key, !all, from, all ? prepare : from, named, settings);
        }

        private static void checkLength(String parkedStream) {
            int bytes = parkedStream.getBytes(StandardCharsets.UTF_8).length;
            if (bytes > StreamTable.NAME_BYTES_MAX) {
                throw new MalformedMessage(
                        "the name of the stream of parked messages: "
                                + bytes
                                + " bytes (expected: <= "
                                + StreamTable.NAME_BYTES_MAX
                                + ")");
            }
        }

        private GroupSettings settings(String named) {
            return new GroupSettings(
                    from,
                    resolveLinks,
                    extraStatistics,
                    messageTimeout,
                    checkpointAfter,
                    minCheckpoint,
                    maxCheckpoint,
                    maxRetries,
                    maxSubscribers,
                    liveBuffer,
                    readBatch,
                    historyBuffer,
                    ConsumerStrategy.of(named).orElse(ConsumerStrategy.DISPATCH_TO_SINGLE),
                    filter);
        }
    }
}
