package dev.millrace.registry.effect;

import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Touched;

/**
 * One effect on the registry; the closed set of what can happen to it. Nothing else makes a state
 * from another, neither in live execution nor at a replay. It decides nothing: what it names is
 * there, for that was checked before it was written.
 *
 * <p>In a record, as in a checkpoint: {@code index varint | code u8 | values}, the latter as {@link
 * Form} writes them. The codes are the format on disk: {@link Codes}.
 */
public sealed interface Change
        permits PutNode,
                DropNode,
                PutInstance,
                DropInstance,
                PutCheck,
                DropCheck,
                SetStatus,
                PutKey,
                DropKey,
                DropTree,
                PutSession,
                DropSession,
                AclChange,
                PutQuery,
                DropQuery,
                FireEvent {
    /** Which one it is on disk. */
    int code();

    void write(Form out);

    /**
     * The state after it.
     *
     * @param index of the record, one more than the last one's
     * @throws IllegalArgumentException if what it names is not there
     */
    State on(State before, long index, Touched touched);
}
