package dev.millrace.it.differential;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/** A part of a command's arguments: draws none, one or more words. */
@FunctionalInterface
public interface Part {
    List<String> words(Draw draw);

    Part KEY = one(Draw::key);
    Part VALUE = one(Draw::value);
    Part INTEGER = one(Draw::integer);
    Part REAL = one(Draw::real);
    Part INDEX = one(Draw::index);
    Part OFFSET = one(Draw::offset);
    Part SECONDS = one(Draw::seconds);
    Part MILLIS = one(Draw::millis);
    Part SECOND_OF_EPOCH = one(Draw::secondOfEpoch);
    Part MILLI_OF_EPOCH = one(Draw::milliOfEpoch);

    /** One word, drawn. */
    static Part one(Function<Draw, String> drawn) {
        return draw -> List.of(drawn.apply(draw));
    }

    /** This word, in any case. */
    static Part word(String word) {
        return draw -> List.of(draw.anyCase(word));
    }

    /** One of these words as they are. */
    static Part oneOf(String... words) {
        return draw -> List.of(draw.of(List.of(words)));
    }

    /** One of these parts. */
    static Part either(Part... parts) {
        return draw -> draw.of(List.of(parts)).words(draw);
    }

    /** Parts one after the other. */
    static Part all(Part... parts) {
        return draw -> {
            List<String> words = new ArrayList<>();
            for (Part part : parts) {
                words.addAll(part.words(draw));
            }
            return words;
        };
    }

    /** The parts, or nothing. */
    static Part maybe(Part... parts) {
        return draw -> draw.chance(35) ? all(parts).words(draw) : List.of();
    }

    /** The parts, from {@code from} to {@code to} times. */
    static Part times(int from, int to, Part... parts) {
        return draw -> {
            List<String> words = new ArrayList<>();
            for (int left = from + draw.below(to - from + 1); left > 0; left--) {
                words.addAll(all(parts).words(draw));
            }
            return words;
        };
    }

    /** The parts in any order. */
    static Part shuffled(Part... parts) {
        return draw -> {
            List<Part> order = new ArrayList<>(List.of(parts));
            for (int index = order.size() - 1; index > 0; index--) {
                Collections.swap(order, index, draw.below(index + 1));
            }
            return all(order.toArray(Part[]::new)).words(draw);
        };
    }
}
