package dev.millrace.it.differential;

import dev.millrace.it.resp.Frame;
import dev.millrace.it.resp.Reply;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What a connection was told, in the one order that two servers can agree on. Two things come in
 * the order of a server's own tables and are put in order here: which channel of a whole
 * unsubscribe is confirmed first, and which of several matching patterns delivers one message
 * first.
 */
final class Told {
    private Told() {}

    /** The frames' bytes, in the order that must agree. */
    static List<String> ordered(List<Frame> frames) {
        List<String> told = new ArrayList<>();
        int start = 0;
        while (start < frames.size()) {
            int end = start + 1;
            String group = group(frames.get(start));
            while (end < frames.size()
                    && !group.isEmpty()
                    && group.equals(group(frames.get(end)))) {
                end++;
            }
            told.addAll(inOrder(frames.subList(start, end)));
            start = end;
        }
        return told;
    }

    /** What frames have in common that may come in any order; empty for all others. */
    private static String group(Frame frame) {
        List<Reply> items = frame.reply().children();
        if (items.isEmpty() || !(items.getFirst() instanceof Reply.Bulk(String kind))) {
            return "";
        }
        return switch (kind) {
            case "unsubscribe", "punsubscribe", "sunsubscribe" -> kind;
            case "pmessage" -> kind + items.subList(2, items.size());
            default -> "";
        };
    }

    private static List<String> inOrder(List<Frame> frames) {
        if (!group(frames.getFirst()).endsWith("unsubscribe")) {
            return frames.stream().map(Frame::raw).sorted().toList();
        }
        // Channels in any order, while what remains subscribed is counted down.
        List<String> told = new ArrayList<>();
        frames.stream()
                .map(frame -> frame.reply().children().get(1))
                .sorted(Comparator.comparing(Reply::toString))
                .forEach(channel -> told.add("left " + channel));
        for (Frame frame : frames) {
            told.add(frame.reply().getClass().getSimpleName() + frame.reply().children().get(2));
        }
        return told;
    }
}
