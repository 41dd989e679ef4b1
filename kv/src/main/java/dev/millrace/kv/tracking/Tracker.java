package dev.millrace.kv.tracking;

import dev.millrace.kv.session.KeptNames;

import java.util.List;

/**
 * How one client wants to be told of changes. It belongs to its client's lane; others read it.
 *
 * @see Tracking
 */
public final class Tracker {
    /** What CLIENT TRACKING ON can say. */
    public enum Mode {
        /** Of all keys with the prefixes, whoever reads them. */
        BCAST,
        /** Only of what is read behind CLIENT CACHING YES. */
        OPTIN,
        /** Not of what is read behind CLIENT CACHING NO. */
        OPTOUT,
        /** Not of what it changes itself. */
        NOLOOP
    }

    private final long redirection;
    private final List<Mode> modes;
    private final List<byte[]> prefixes;
    private final long prefixBytes;
    private volatile boolean caching;
    private volatile boolean broken;

    /**
     * @param redirection id of the client that is told in its place, 0 for itself
     * @param prefixes in the order of their bytes
     */
    Tracker(long redirection, List<Mode> modes, List<byte[]> prefixes) {
        this.redirection = redirection;
        this.modes = List.copyOf(modes);
        this.prefixes = List.copyOf(prefixes);
        this.prefixBytes =
                prefixes.stream().mapToLong(each -> each.length + KeptNames.NAME_BYTES).sum();
    }

    public boolean is(Mode mode) {
        return modes.contains(mode);
    }

    public long redirection() {
        return redirection;
    }

    public List<byte[]> prefixes() {
        return prefixes;
    }

    /** What it takes to remember them, about. */
    public long prefixBytes() {
        return prefixBytes;
    }

    /** CLIENT CACHING was given: the next command is the exception. */
    public boolean isCaching() {
        return caching;
    }

    public void caching(boolean given) {
        caching = given;
    }

    /** Who was to be told in its place is gone. */
    public boolean isBroken() {
        return broken;
    }

    void isBroken(boolean gone) {
        broken = gone;
    }

    /** Whether what is read now is to be remembered. */
    boolean remembers() {
        if (is(Mode.BCAST) || is(Mode.OPTIN) && !caching) {
            return false;
        }
        return !(is(Mode.OPTOUT) && caching);
    }
}
