package dev.millrace.it.differential;

import dev.millrace.it.resp.Frame;
import dev.millrace.it.resp.Reply;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Leads the system under test and Redis through the same steps and compares each answer. A
 * difference is told with the shortest sequence found that still shows it.
 */
final class Duel {
    private static final int BATCH_MAX = 40;
    private static final int SHRINK_TRIES_MAX = 300;

    private final String name;
    private final int ourPort;
    private final int theirPort;

    Duel(String name, int ourPort, int theirPort) {
        this.name = name;
        this.ourPort = ourPort;
        this.theirPort = theirPort;
    }

    /** Fails with the first difference, if there is one. */
    void fight(List<Step> steps, int protocol, boolean pipelined) throws IOException {
        Optional<Difference> found = firstDifference(steps, protocol, pipelined);
        if (found.isEmpty()) {
            return;
        }
        List<Step> few = shrink(steps.subList(0, found.get().index() + 1), protocol, pipelined);
        Difference shown = firstDifference(few, protocol, pipelined).orElse(found.get());
        StringBuilder told =
                new StringBuilder(
                        name + " over RESP" + protocol + (pipelined ? ", pipelined" : ""));
        told.append("; shortest sequence found:\n");
        few.forEach(step -> told.append("  ").append(step.typed()).append('\n'));
        throw new AssertionError(told.append(shown.told()));
    }

    private Optional<Difference> firstDifference(List<Step> steps, int protocol, boolean pipelined)
            throws IOException {
        try (Conversation ours = new Conversation(ourPort, protocol);
                Conversation theirs = new Conversation(theirPort, protocol)) {
            ours.awaitNoSubscribers();
            theirs.awaitNoSubscribers();
            ours.run(START);
            theirs.run(START);
            Judge judge = new Judge();
            int index = 0;
            while (index < steps.size()) {
                List<Step.Call> batch = pipelined ? batch(steps, index) : List.of();
                List<List<Frame>> our;
                List<List<Frame>> their;
                if (batch.size() > 1) {
                    our = ours.pipeline(batch);
                    their = theirs.pipeline(batch);
                } else {
                    our = ours.run(List.of(steps.get(index)));
                    their = theirs.run(List.of(steps.get(index)));
                }
                for (int offset = 0; offset < our.size(); offset++, index++) {
                    Step step = steps.get(index);
                    if (!judge.same(step, our.get(offset), their.get(offset))) {
                        return Optional.of(
                                new Difference(index, step, our.get(offset), their.get(offset)));
                    }
                }
            }
            return Optional.empty();
        }
    }

    /** Every sequence starts on an empty server, whatever the one before did. */
    private static final List<Step> START =
            List.of(
                    Step.call("FLUSHALL"),
                    Step.call("CONFIG", "SET", "notify-keyspace-events", ""));

    /** The calls from here on that one connection makes in a row. */
    private static List<Step.Call> batch(List<Step> steps, int from) {
        List<Step.Call> batch = new ArrayList<>();
        for (Step step : steps.subList(from, Math.min(steps.size(), from + BATCH_MAX))) {
            if (!(step instanceof Step.Call call)
                    || (!batch.isEmpty() && batch.getFirst().connection() != call.connection())
                    || call.words().getFirst().equalsIgnoreCase("QUIT")) {
                return batch;
            }
            batch.add(call);
        }
        return batch;
    }

    /** Drops stretches of steps, long ones first, as long as some difference remains. */
    private List<Step> shrink(List<Step> steps, int protocol, boolean pipelined)
            throws IOException {
        List<Step> kept = new ArrayList<>(steps);
        int tries = 0;
        for (int length = kept.size() / 2; length > 0; length /= 2) {
            for (int start = 0;
                    start + length <= kept.size() && tries < SHRINK_TRIES_MAX;
                    tries++) {
                List<Step> fewer = new ArrayList<>(kept.subList(0, start));
                fewer.addAll(kept.subList(start + length, kept.size()));
                Optional<Difference> found = firstDifference(fewer, protocol, pipelined);
                if (found.isPresent()) {
                    kept = new ArrayList<>(fewer.subList(0, found.get().index() + 1));
                } else {
                    start += length;
                }
            }
        }
        return kept;
    }

    /**
     * Compares answer by answer. What EXEC answers is compared item by item, each as its command
     * asks, so the queues of all connections are kept.
     */
    private static final class Judge {
        private final Map<Integer, List<Comparison>> queues = new HashMap<>();

        boolean same(Step step, List<Frame> ours, List<Frame> theirs) {
            if (step instanceof Step.Iterate iterate && isQueued(theirs.getFirst())) {
                queue(iterate.connection()).add(Comparison.SAME_KIND);
            }
            if (!(step instanceof Step.Call call)) {
                return Told.ordered(ours).equals(Told.ordered(theirs));
            }
            if (ours.size() != theirs.size() || !raw(tail(ours)).equals(raw(tail(theirs)))) {
                return false;
            }
            Frame our = ours.getFirst();
            Frame their = theirs.getFirst();
            Comparison comparison = comparison(call, their);
            return our.raw().equals(their.raw()) || comparison.same(our.reply(), their.reply());
        }

        private List<Comparison> queue(int connection) {
            return queues.computeIfAbsent(connection, _ -> new ArrayList<>());
        }

        private static boolean isQueued(Frame frame) {
            return frame.raw().equals("+QUEUED\r\n");
        }

        private Comparison comparison(Step.Call call, Frame their) {
            List<Comparison> queue = queue(call.connection());
            String command = call.words().getFirst().toUpperCase(Locale.ROOT);
            if (isQueued(their)) {
                queue.add(call.comparison());
                return Comparison.EXACT;
            }
            boolean ends = List.of("EXEC", "DISCARD", "RESET").contains(command);
            if (!ends) {
                return call.comparison();
            }
            List<Comparison> executed = List.copyOf(queue);
            queue.clear();
            return their.reply() instanceof Reply.Array
                    ? Comparison.each(executed)
                    : call.comparison();
        }

        private static List<Frame> tail(List<Frame> frames) {
            return frames.subList(1, frames.size());
        }

        private static List<String> raw(List<Frame> frames) {
            return frames.stream().map(Frame::raw).toList();
        }
    }
}
