package dev.millrace.events.group;

/**
 * A group of consumers that share a stream, or {@code $all}, between them. A <em>place</em> is a
 * revision of the stream, or a position of {@code $all}.
 *
 * @param number by which effects name it
 * @param from the first place that is to be delivered if there is no checkpoint
 * @param checkpoint the last place up to which all is done, or {@link #NONE}
 * @param replayUntil parked messages before this revision of {@link #parkedStream} are to be
 *     delivered again
 */
public record Group(
        int number, Key key, GroupSettings settings, long from, long checkpoint, long replayUntil) {
    /** The stream that is all streams. */
    public static final String ALL = "$all";

    /** There is no such place. */
    public static final long NONE = -1;

    /**
     * What clients name a group by.
     *
     * @param stream its name, or {@link #ALL}
     */
    public record Key(String stream, String name) {
        /** As clients see it. */
        public String id() {
            return stream + "::" + name;
        }
    }

    public boolean isOfAll() {
        return key.stream.equals(ALL);
    }

    /** The first place that is still to be delivered. */
    public long next() {
        return checkpoint == NONE ? from : checkpoint + 1;
    }

    /** Where messages are that nobody could process. */
    public String parkedStream() {
        return "$persistentsubscription-" + key.id() + "-parked";
    }

    Group withCheckpoint(long place) {
        return new Group(number, key, settings, from, place, replayUntil);
    }

    Group withReplayUntil(long revision) {
        return new Group(number, key, settings, from, checkpoint, revision);
    }
}
