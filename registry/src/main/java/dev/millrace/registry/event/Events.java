package dev.millrace.registry.event;

import dev.millrace.registry.state.Topic;
import dev.millrace.registry.state.Touched;

import org.pcollections.TreePVector;

/**
 * The last events, as a value.
 *
 * @param last in the order in which they were fired
 */
public record Events(TreePVector<UserEvent> last) {
    /** So many are kept. */
    public static final int EVENTS_MAX = 256;

    public static final Events EMPTY = new Events(TreePVector.empty());

    /** With one more, fired at an index. */
    public Events with(UserEvent event, long index, Touched touched) {
        touched.touch(Topic.of(Topic.Kind.EVENTS));
        long time = last.isEmpty() ? 1 : last.get(last.size() - 1).time() + 1;
        return restored(event.at(time, index));
    }

    /** With one more as it was. */
    public Events restored(UserEvent event) {
        TreePVector<UserEvent> rest = last.size() < EVENTS_MAX ? last : last.minus(0);
        return new Events(rest.plus(event));
    }
}
