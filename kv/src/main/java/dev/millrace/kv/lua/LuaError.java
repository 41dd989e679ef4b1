package dev.millrace.kv.lua;

import java.io.Serial;
import java.nio.charset.StandardCharsets;

/**
 * What a {@link LuaFunction} throws to have an error raised where Lua called it. It is never seen
 * outside this package.
 */
final class LuaError extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    /** What is raised. */
    enum Form {
        /** The text, behind the place in the script that called: {@code luaL_error}. */
        PLACED,
        /** The text and nothing else. */
        PLAIN,
        /** What is wrong with an argument: {@code luaL_argerror}. */
        ARGUMENT,
        /** A table with the text as its field {@code err}: what Redis's own functions raise. */
        TABLE,
        /** What the function has left on the top of the stack. */
        VALUE
    }

    private final Form form;
    private final int argument;

    private LuaError(Form form, String text, int argument) {
        super(text, null, false, false);
        this.form = form;
        this.argument = argument;
    }

    static LuaError of(String text) {
        return new LuaError(Form.PLACED, text, 0);
    }

    static LuaError plain(String text) {
        return new LuaError(Form.PLAIN, text, 0);
    }

    /** An argument, counted from 1, is wrong. */
    static LuaError argument(int argument, String text) {
        return new LuaError(Form.ARGUMENT, text, argument);
    }

    /** The text begins with its code, e.g. {@code ERR}. */
    static LuaError table(String text) {
        return new LuaError(Form.TABLE, text, 0);
    }

    static LuaError value() {
        return new LuaError(Form.VALUE, "", 0);
    }

    Form form() {
        return form;
    }

    int argument() {
        return argument;
    }

    /** Each char a byte, or UTF-8 where the text is ours. */
    byte[] bytes() {
        return String.valueOf(getMessage()).getBytes(StandardCharsets.ISO_8859_1);
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
