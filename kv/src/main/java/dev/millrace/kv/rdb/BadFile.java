package dev.millrace.kv.rdb;

import java.io.IOException;

/** A file that is no dump of Redis's, or not whole, or has what is not known here. */
public final class BadFile extends IOException {
    private static final long serialVersionUID = 1;

    BadFile(String what) {
        super(what);
    }
}
