package dev.millrace.it.differential;

import dev.millrace.it.resp.Frame;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Two answers that should be the same.
 *
 * @param index of the step, counted from 0
 */
record Difference(int index, Step step, List<Frame> ours, List<Frame> theirs) {
    private static final int REPLY_MAX = 2_000;

    String told() {
        return "step "
                + index
                + ": "
                + step.typed()
                + "\n  under test: "
                + printable(ours)
                + "\n  redis:      "
                + printable(theirs);
    }

    private static String printable(List<Frame> frames) {
        return frames.stream()
                .map(frame -> brief(Step.printable(frame.raw())))
                .collect(Collectors.joining("\n              "));
    }

    private static String brief(String text) {
        return text.length() <= REPLY_MAX ? text : text.substring(0, REPLY_MAX) + " …";
    }
}
