package dev.millrace.it.differential;

import java.util.ArrayList;
import java.util.List;

/**
 * One command with what may follow it. Now and then the words drawn are spoilt, so that every form
 * also shows how a command refuses.
 */
public record Form(String command, Comparison comparison, boolean spoilable, List<Part> parts) {
    private static final int SPOILT_PERCENT = 6;

    /** A command whose replies are compared exactly. */
    public static Form form(String command, Part... parts) {
        return new Form(command, Comparison.EXACT, true, List.of(parts));
    }

    /** The same form with replies compared less strictly. */
    public Form compared(Comparison other) {
        return new Form(command, other, spoilable, parts);
    }

    /** The same form, never spoilt: for what would answer with a server's own particulars. */
    public Form intact() {
        return new Form(command, comparison, false, parts);
    }

    /** Draws the command's words. */
    public List<String> words(Draw draw) {
        List<String> words = new ArrayList<>();
        for (String word : command.split(" ")) {
            words.add(draw.anyCase(word));
        }
        words.addAll(Part.all(parts.toArray(Part[]::new)).words(draw));
        if (spoilable && draw.chance(SPOILT_PERCENT)) {
            spoil(words, command.split(" ").length, draw);
        }
        return List.copyOf(words);
    }

    /** Draws a step on one connection. */
    public Step step(Draw draw, int connection) {
        return new Step.Call(connection, words(draw), comparison);
    }

    private static void spoil(List<String> words, int fixed, Draw draw) {
        int place = fixed + draw.below(words.size() - fixed + 1);
        switch (draw.below(3)) {
            case 0 -> words.add(place, draw.junk());
            case 1 -> {
                if (place < words.size()) {
                    words.remove(place);
                }
            }
            default -> {
                if (place < words.size()) {
                    words.set(place, draw.junk());
                }
            }
        }
    }
}
