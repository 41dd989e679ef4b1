package dev.millrace.kv.session;

import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.store.Slot;

import org.jspecify.annotations.Nullable;

/**
 * What a node of a cluster refuses, though it has all slots: keys of different slots in one command
 * or transaction (Redis Cluster specification).
 */
final class OneSlot {
    private static final String CROSS_SLOT =
            "CROSSSLOT Keys in request don't hash to the same slot";

    /** The slot of what has no keys. */
    static final int NONE = -1;

    private static final int SEVERAL = -2;

    private final Keys.Each toSlot = this::add;
    private Request request = Request.view();
    private int slot;

    /** Why a command is refused, or null if it is not. */
    @Nullable String refusal(Command command, Request asked) {
        begin();
        add(command, asked);
        return refusal();
    }

    /** Nothing is asked yet. */
    void begin() {
        slot = NONE;
    }

    /** Why all that was added since {@link #begin} is refused together, or null if it is not. */
    @Nullable String refusal() {
        return slot == SEVERAL ? CROSS_SLOT : null;
    }

    /** The one of what was added last, unless that is refused. */
    int slot() {
        return slot;
    }

    /** One of several commands that go together. */
    void add(Command command, Request asked) {
        request = asked;
        if (!command.keys().isNone()) {
            command.keys().each(asked, toSlot);
        } else if (isShardChannel(command)) {
            int channels = command.name().equals("spublish") ? 2 : asked.count();
            for (int i = 1; i < channels; i++) {
                add(i);
            }
        }
    }

    private static boolean isShardChannel(Command command) {
        return switch (command.name()) {
            case "spublish", "ssubscribe", "sunsubscribe" -> true;
            default -> false;
        };
    }

    private void add(int index) {
        int found = Slot.of(request.address(index), request.length(index));
        if (slot == NONE) {
            slot = found;
        } else if (slot != found) {
            slot = SEVERAL;
        }
    }
}
