package dev.millrace.events.wire;

import java.io.Serial;

/** A message is not what its protocol says. The peer's mistake, so it has no stack trace. */
public final class MalformedMessage extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    public MalformedMessage(String message) {
        super(message, null, false, false);
    }
}
