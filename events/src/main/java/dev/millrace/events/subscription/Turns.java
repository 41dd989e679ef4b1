package dev.millrace.events.subscription;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Objects;

/**
 * Everybody in turn, or always the same one while it has room; who has none is passed over, and
 * stands behind the others then.
 */
final class Turns implements Dispatch {
    private final boolean moves;
    private final ArrayDeque<Consumer> consumers = new ArrayDeque<>();

    /**
     * @param moves whether the next message is the next one's
     */
    Turns(boolean moves) {
        this.moves = moves;
    }

    @Override
    public void joined(Consumer consumer) {
        consumers.add(consumer);
    }

    @Override
    public void left(Consumer consumer) {
        consumers.remove(consumer);
    }

    @Override
    public boolean hasRoom() {
        return choose(0) != null;
    }

    @Override
    public int bucket(Host host, long event, long link) {
        return 0;
    }

    @Override
    public @Nullable Consumer choose(int bucket) {
        for (Consumer each : consumers) {
            if (each.hasRoom()) {
                return each;
            }
        }
        return null;
    }

    @Override
    public void sent(Consumer to, int bucket) {
        while (consumers.peek() != to) {
            consumers.add(Objects.requireNonNull(consumers.poll()));
        }
        if (moves) {
            consumers.add(consumers.remove());
        }
    }

    @Override
    public void settled(Consumer of, int bucket) {
        // Nobody is bound to anything.
    }
}
