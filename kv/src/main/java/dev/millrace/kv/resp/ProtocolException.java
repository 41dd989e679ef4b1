package dev.millrace.kv.resp;

import java.io.Serial;

/** What a client sent is not the protocol. It is told so in Redis's words, and closed. */
public final class ProtocolException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    public ProtocolException(String message) {
        super(message, null, false, false);
    }
}
