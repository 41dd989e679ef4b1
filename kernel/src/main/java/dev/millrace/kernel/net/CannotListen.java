package dev.millrace.kernel.net;

import java.io.IOException;

/** An address cannot be listened on; the message names the setting that changes it. */
public final class CannotListen extends IOException {
    private static final long serialVersionUID = 1L;

    CannotListen(String message, Throwable cause) {
        super(message, cause);
    }
}
