package dev.millrace.events.subscription;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.UUID;

/**
 * The messages that consumers have, by id and in the order in which they were sent. Events of
 * different streams may have the same id: then an acknowledgement is for the one that was sent last
 * to whoever acknowledges, and a second one for the other.
 */
final class InFlight {
    private final SequencedSet<Message> bySending = new LinkedHashSet<>();
    private final Map<UUID, Message> byId = new HashMap<>();

    int count() {
        return bySending.size();
    }

    void add(Message message) {
        bySending.add(message);
        message.sameId = byId.put(message.origin().id(), message);
    }

    void remove(Message message) {
        bySending.remove(message);
        UUID id = message.origin().id();
        Message newest = byId.get(id);
        if (newest != message) {
            unlink(newest, message);
        } else if (message.sameId == null) {
            byId.remove(id);
        } else {
            byId.put(id, message.sameId);
        }
        message.sameId = null;
    }

    private static void unlink(@Nullable Message newest, Message message) {
        for (Message each = newest; each != null; each = each.sameId) {
            if (each.sameId == message) {
                each.sameId = message.sameId;
                return;
            }
        }
    }

    /** The message of an id: of several that which {@code by} has, if it has one. */
    @Nullable Message find(UUID id, Consumer by) {
        Message newest = byId.get(id);
        for (Message each = newest; each != null; each = each.sameId) {
            if (each.consumer() == by) {
                return each;
            }
        }
        return newest;
    }

    /** The one that was sent first, if that is so long ago. */
    @Nullable Message sentBefore(long millis) {
        if (bySending.isEmpty()) {
            return null;
        }
        Message first = bySending.getFirst();
        return first.sentMillis() <= millis ? first : null;
    }

    /** What a consumer has. */
    List<Message> of(Consumer consumer) {
        List<Message> its = new ArrayList<>();
        for (Message message : bySending) {
            if (message.consumer() == consumer) {
                its.add(message);
            }
        }
        return its;
    }
}
