package dev.millrace.it.differential.family;

import static dev.millrace.it.differential.Form.form;
import static dev.millrace.it.differential.Part.oneOf;

import dev.millrace.it.differential.Draw;
import dev.millrace.it.differential.Family;
import dev.millrace.it.differential.Form;
import dev.millrace.it.differential.Step;

import java.util.List;

/** Keyspace notifications: which events each change of a key tells, and in which order. */
final class Notifications {
    private static final Form CLASSES =
            form(
                            "CONFIG SET",
                            oneOf("notify-keyspace-events"),
                            oneOf(
                                    "KEA", "AKE", "", "K$", "Eg", "Kx", "KEn", "Em", "KEAn", "KEAm",
                                    "A"))
                    // A refused one takes "n" and "m" away in Redis when they stand beside "A".
                    .intact();
    private static final Form SHOW = form("CONFIG GET notify-keyspace-events").intact();

    static final Family FAMILY = new Family("notification", Notifications::steps);

    private Notifications() {}

    private static List<Step> steps(Draw draw) {
        if (draw.chance(6)) {
            return List.of(
                    CLASSES.step(draw, 1),
                    SHOW.step(draw, 1),
                    new Step.Post(0, List.of("PSUBSCRIBE", "__key*__:*")),
                    new Step.Settle());
        }
        List<Family> changing = List.of(Generic.FAMILY, Strings.FAMILY, Bitmaps.FAMILY);
        Step step = draw.of(changing).steps().apply(draw).getFirst();
        return switch (step) {
            case Step.Call(int _, List<String> words, var comparison) ->
                    List.of(new Step.Call(1, words, comparison), new Step.Settle());
            case Step.Iterate(int _, List<String> words, int cursor) ->
                    List.of(new Step.Iterate(1, words, cursor));
            case Step.Post _, Step.Settle _ -> List.of(step);
        };
    }
}
