package dev.millrace.events.subscription;

/** What a consumer wants for a message that it could not process. */
public enum Nack {
    /** The server decides: as {@link #RETRY}. */
    UNKNOWN,
    /** It is put aside for people to look at. */
    PARK,
    /** It is sent again, to whoever has room. */
    RETRY,
    /** It is done. */
    SKIP,
    /** It is done, as KurrentDB has it; the consumer is expected to go. */
    STOP
}
