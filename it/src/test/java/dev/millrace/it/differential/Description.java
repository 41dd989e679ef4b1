package dev.millrace.it.differential;

import dev.millrace.it.resp.Reply;

import java.util.ArrayList;
import java.util.List;

/**
 * What COMMAND INFO or COMMAND DOCS says of one command, in one order. Subcommands are left out:
 * each is described by itself, and a server need not have them all.
 */
final class Description {
    /** How many parts COMMAND INFO has for each command; the last are the subcommands. */
    private static final int INFO_PARTS = 10;

    private Description() {}

    static String of(Reply reply) {
        List<Reply> items = withoutSubcommands(reply.children());
        if (items.isEmpty()) {
            return reply.children().isEmpty() ? reply.toString() : "(subcommands)";
        }
        List<String> texts = new ArrayList<>(items.stream().map(Description::of).toList());
        // Flags are a set in both protocols, though RESP2 has no word for it.
        if (reply instanceof Reply.Distinct
                || items.stream().allMatch(Reply.Simple.class::isInstance)) {
            texts.sort(null);
        }
        return reply.getClass().getSimpleName() + texts;
    }

    private static List<Reply> withoutSubcommands(List<Reply> items) {
        if (items.size() == INFO_PARTS && items.get(1) instanceof Reply.Whole) {
            return items.subList(0, INFO_PARTS - 1);
        }
        int key = items.indexOf(new Reply.Bulk("subcommands"));
        if (key < 0 || key + 1 >= items.size()) {
            return items;
        }
        List<Reply> kept = new ArrayList<>(items);
        kept.subList(key, key + 2).clear();
        return kept;
    }
}
