package dev.millrace.kernel.guard;

/** Why the guard turned a connection away or dropped it. */
public enum Refusal {
    /** Its address is on the deny list. */
    DENIED,
    /** The process has as many connections as it may have. */
    CONNECTIONS_MAX,
    /** Its address has as many connections as one address may have. */
    PER_ADDRESS,
    /** No complete request came in time. */
    FIRST_REQUEST,
    /** It left more unread than the hard limit. */
    OUTPUT_HARD,
    /** It left more unread than the soft limit, for too long. */
    OUTPUT_SOFT
}
