package dev.millrace.kv.session;

import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.store.Slot;

import org.jspecify.annotations.Nullable;

/**
 * What a node of a cluster refuses, though it has all slots: keys of different slots in one command
 * or transaction, and all but one database (Redis Cluster specification).
 */
final class OneSlot {
    private static final String CROSS_SLOT =
            "CROSSSLOT Keys in request don't hash to the same slot";
    private static final int NONE = -1;
    private static final int SEVERAL = -2;

    private final Keys.Each toSlot = this::add;
    private Request request = Request.view();
    private int slot;

    /** Why a command is refused, or null if it is not. */
    @Nullable String refusal(Command command, Request asked) {
        String forbidden = forbidden(command, asked);
        if (forbidden != null) {
            return forbidden;
        }
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

    private static @Nullable String forbidden(Command command, Request asked) {
        return switch (command.name()) {
            case "select" ->
                    asked.count() == 2 && !asked.text(1).equals("0")
                            ? "ERR SELECT is not allowed in cluster mode"
                            : null;
            case "move" -> "ERR MOVE is not allowed in cluster mode";
            case "swapdb" -> "ERR SWAPDB is not allowed in cluster mode";
            default -> null;
        };
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
