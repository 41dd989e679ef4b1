package dev.millrace.events.log;

/**
 * What a scavenge leaves of a stream.
 *
 * @param first no event before this revision
 * @param notBefore none that was created before, 100 ns since 1970
 */
public record Kept(long first, long notBefore) {
    boolean keeps(long event) {
        return Event.revision(event) >= first && Event.created(event) >= notBefore;
    }
}
