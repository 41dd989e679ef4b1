package dev.millrace.kv.session;

import java.io.Serial;

/** A script has the store for long: who wants a part of it does not wait. */
final class StoreBusy extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    StoreBusy() {
        super("a script has the store", null, false, false);
    }
}
