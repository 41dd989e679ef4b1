package dev.millrace.bench.kv;

import dev.millrace.bench.report.Measure;
import dev.millrace.bench.report.Samples;
import dev.millrace.bench.report.Target;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What both sides did in alternating rounds. */
public record Turns<T>(List<T> subject, List<T> peer) {
    /** One side's part of a round. */
    @FunctionalInterface
    public interface Turn<S, T> {
        T take(S side) throws IOException, InterruptedException;
    }

    /**
     * A B B A A B …: what disturbs the machine for a while disturbs both, and neither always comes
     * after the other.
     */
    public static <S, T> Turns<T> alternate(int rounds, S subject, S peer, Turn<S, T> turn)
            throws IOException, InterruptedException {
        List<T> ofSubject = new ArrayList<>();
        List<T> ofPeer = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            if (round % 2 == 0) {
                ofSubject.add(turn.take(subject));
                ofPeer.add(turn.take(peer));
            } else {
                ofPeer.add(turn.take(peer));
                ofSubject.add(turn.take(subject));
            }
        }
        return new Turns<>(List.copyOf(ofSubject), List.copyOf(ofPeer));
    }

    /** One number of every round. */
    public Measure measure(String name, String unit, Target target, ToDoubleFunction<T> number) {
        return new Measure(name, unit, target, samples(subject, number), samples(peer, number));
    }

    private static <T> Samples samples(List<T> rounds, ToDoubleFunction<T> number) {
        return new Samples(rounds.stream().map(round -> number.applyAsDouble(round)).toList());
    }
}
