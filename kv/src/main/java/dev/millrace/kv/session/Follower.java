package dev.millrace.kv.session;

/** What is known of a client that is a server which follows us, or is about to. */
public interface Follower {
    /** It has sent an empty line: it is there, though it does not say how far; on its lane. */
    void isThere(long nowMillis);
}
