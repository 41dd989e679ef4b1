package dev.millrace.events.subscription;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * The messages of one source in its order: those that are not done, and up to which place all is.
 * That place only ever goes on, so it can be kept for good and begun from again.
 */
final class Line {
    private final boolean followsLinks;
    private final SequencedMap<Long, Message> open = new LinkedHashMap<>();
    private final TreeMap<Long, Message> waiting = new TreeMap<>();
    private long last;
    private long sequence;
    private long marked;

    /**
     * @param followsLinks whether links are delivered as what they lead to
     * @param done the place up to which all is done
     */
    Line(boolean followsLinks, long done) {
        this.followsLinks = followsLinks;
        this.last = done;
    }

    boolean followsLinks() {
        return followsLinks;
    }

    /** A message at the next place. */
    Message add(long place, Message.Origin origin) {
        Message made = new Message(this, place, last, ++sequence, origin);
        last = place;
        open.put(place, made);
        return made;
    }

    /** The event at the next place is for nobody. */
    void pass(long place) {
        last = place;
        sequence++;
    }

    void done(Message message) {
        open.remove(message.place());
    }

    /** It is to be sent, or sent again, when somebody has room. */
    void await(Message message) {
        waiting.put(message.place(), message);
    }

    /** What waits, in order. */
    Collection<Message> waiting() {
        return waiting.values();
    }

    /** True if nothing is left to do of what has come so far. */
    boolean isDone() {
        return open.isEmpty();
    }

    /** The last place that has come. */
    long last() {
        return last;
    }

    /** All is done up to here. */
    long donePlace() {
        return open.isEmpty() ? last : open.firstEntry().getValue().previous();
    }

    private long doneSequence() {
        return open.isEmpty() ? sequence : open.firstEntry().getValue().sequence() - 1;
    }

    /** How many have been done since {@link #mark}. */
    long doneSinceMark() {
        return doneSequence() - marked;
    }

    /** The place up to which all is done is kept. */
    void mark() {
        marked = doneSequence();
    }
}
