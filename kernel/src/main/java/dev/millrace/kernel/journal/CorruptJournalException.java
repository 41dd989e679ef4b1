package dev.millrace.kernel.journal;

import java.io.Serial;

/** The journal holds what it never wrote. The node must not start on it. */
public sealed class CorruptJournalException extends RuntimeException permits NewerFormatException {
    @Serial private static final long serialVersionUID = 1;

    public CorruptJournalException(String message) {
        super(message);
    }
}
