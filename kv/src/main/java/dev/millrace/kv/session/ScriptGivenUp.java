package dev.millrace.kv.session;

import java.io.Serial;

/**
 * A script has ended without which the node ends: what it has changed is in no log and never will
 * be. Its lane executes nothing any more.
 */
final class ScriptGivenUp extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    ScriptGivenUp() {
        super(null, null, false, false);
    }
}
