package dev.millrace.queue.nsq.session;

import dev.millrace.queue.nsq.wire.Line;
import dev.millrace.queue.nsq.wire.Refusal;

import java.util.List;
import java.util.stream.Stream;

/** All verbs, those that are said most first: a few comparisons find one. */
final class Verbs {
    private static final List<Verb.Named> ALL =
            Stream.of(Consuming.VERBS, Publishing.VERBS, Greeting.VERBS)
                    .flatMap(List::stream)
                    .toList();

    private static final long[] NAMES =
            ALL.stream().mapToLong(named -> Line.packed(named.name())).toArray();

    private Verbs() {}

    static Verb of(Line line) throws Refusal {
        long name = line.verb();
        for (int i = 0; i < NAMES.length; i++) {
            if (NAMES[i] == name) {
                return ALL.get(i).verb();
            }
        }
        throw Refusal.closing("E_INVALID", "invalid command " + line.text(0));
    }
}
