package dev.millrace.kv.embedded;

import java.io.Serial;

/** A block was refused as a whole: nothing of it has happened, and nothing of it is logged. */
public final class NothingChanged extends Exception {
    @Serial private static final long serialVersionUID = 1;

    /**
     * @param reason as a client of Redis would read it
     */
    public NothingChanged(String reason) {
        super(reason);
    }
}
