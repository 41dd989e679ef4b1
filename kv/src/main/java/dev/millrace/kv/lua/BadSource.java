package dev.millrace.kv.lua;

import java.io.Serial;

/** A source that cannot be compiled, or a library that cannot be loaded, and why. */
public final class BadSource extends Exception {
    @Serial private static final long serialVersionUID = 1;

    BadSource(String why) {
        super(why, null, false, false);
    }

    /** In Lua's words; each char is a byte. */
    public String why() {
        return String.valueOf(getMessage());
    }
}
