package dev.millrace.kernel.transaction;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The rooms of this node that take part in others' records. A room offers itself when it serves,
 * and withdraws before it stops; so it is found by who depends on nothing but the kernel. From any
 * thread.
 */
public final class Participants {
    private volatile Optional<Messages> messages = Optional.empty();
    private volatile Optional<Streams> streams = Optional.empty();

    public void offer(Messages serving) {
        messages = Optional.of(serving);
    }

    public void offer(Streams serving) {
        streams = Optional.of(serving);
    }

    /** It is found no more; {@link Participant#join} is what stops who has found it before. */
    public void withdraw(Participant stopping) {
        messages = messages.filter(one -> !one.equals(stopping));
        streams = streams.filter(one -> !one.equals(stopping));
    }

    /** The message queue, if it serves. */
    public Optional<Messages> messages() {
        return messages;
    }

    /** The event store, if it serves. */
    public Optional<Streams> streams() {
        return streams;
    }

    /** All that serve, in the order in which their locks are taken: docs/locks.md. */
    public List<Participant> inLockOrder() {
        List<Participant> all = new ArrayList<>();
        messages.ifPresent(all::add);
        streams.ifPresent(all::add);
        return all;
    }
}
