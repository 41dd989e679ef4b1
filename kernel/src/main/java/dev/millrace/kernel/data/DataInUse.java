package dev.millrace.kernel.data;

import java.io.IOException;

/** Another process owns the data directory. */
public final class DataInUse extends IOException {
    private static final long serialVersionUID = 1L;

    DataInUse(String message) {
        super(message);
    }
}
