package dev.millrace.kernel.journal;

import java.io.Serial;

/** A file was written by a newer version, in a format that this one does not know. */
public final class NewerFormatException extends CorruptJournalException {
    @Serial private static final long serialVersionUID = 1;

    /** Says so, with what was found and what is known. */
    public NewerFormatException(String where, int version, int known) {
        super(
                where
                        + ": format version: "
                        + version
                        + " (expected: <= "
                        + known
                        + "); it was written by a newer millrace, start that one");
    }
}
