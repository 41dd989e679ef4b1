package dev.millrace.it.differential;

import java.util.List;
import java.util.function.Function;

/**
 * A family of commands. To add one, copy a small neighbour in {@code family}, write its forms, and
 * name it in {@code Families}: keys are shared by all families, so wrong types come by themselves.
 *
 * @param name as it appears in the test's name
 * @param steps draws the next few steps, usually one
 */
public record Family(String name, Function<Draw, List<Step>> steps) {
    /** A family whose every step is one of these forms, on the first connection. */
    public static Family of(String name, Form... forms) {
        List<Form> all = List.of(forms);
        return new Family(name, draw -> List.of(draw.of(all).step(draw, 0)));
    }

    /** This family and another, in equal parts. */
    public static Family mixed(String name, List<Family> families) {
        return new Family(name, draw -> draw.of(families).steps().apply(draw));
    }
}
