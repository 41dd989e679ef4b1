package dev.millrace.registry.json;

import java.io.Serial;

/** Something is no JSON, or not of the form that is expected; the message says where. */
public final class MalformedJson extends Exception {
    @Serial private static final long serialVersionUID = 1;

    public MalformedJson(String what) {
        super(what, null, false, false);
    }

    public String what() {
        return String.valueOf(getMessage());
    }
}
