package dev.millrace.kernel.shard;

import java.io.IOException;
import java.io.Serial;

/** Where something was to be written there is something already. */
public final class TargetTaken extends IOException {
    @Serial private static final long serialVersionUID = 1;

    public TargetTaken(String message) {
        super(message);
    }
}
