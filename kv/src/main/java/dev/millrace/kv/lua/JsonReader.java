package dev.millrace.kv.lua;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.resp.Strtod;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads JSON into Lua's values, as {@code cjson.decode} does. */
final class JsonReader {
    private static final int NUMBER_BYTES_MAX = 1 << 10;

    /** What C's {@code strtod} takes of a text. */
    private static final Pattern NUMBER =
            Pattern.compile(
                    "[+-]?(?:0[xX](?:\\p{XDigit}++(?:\\.\\p{XDigit}*+)?+|\\.\\p{XDigit}++)"
                            + "(?:[pP][+-]?\\d++)?+"
                            + "|(?:\\d++(?:\\.\\d*+)?+|\\.\\d++)(?:[eE][+-]?\\d++)?+"
                            + "|(?i:inf(?:inity)?+|nan(?:\\([0-9a-z_]*\\))?+))");

    /** What may come next, by the names that cjson tells a script. */
    private enum Token {
        OBJ_BEGIN,
        OBJ_END,
        ARR_BEGIN,
        ARR_END,
        STRING,
        NUMBER,
        BOOLEAN,
        NULL,
        COLON,
        COMMA,
        END,
        ERROR
    }

    private final Interpreter lua;
    private final NativeBuffer string;
    private JsonOptions options = JsonOptions.USUAL;
    private long begin;
    private long at;
    private long end;
    private int depth;

    // The token that was read last.
    private Token token = Token.END;
    private long tokenAt;
    private double number;
    private boolean truth;
    private String problem = "";

    JsonReader(Interpreter lua) {
        this.lua = lua;
        this.string = lua.buffer(256);
    }

    /** Pushes what the JSON at index 1 means. */
    void read(long state, JsonOptions options) {
        this.options = options;
        begin = lua.string(state, 1);
        end = begin + lua.found();
        at = begin;
        depth = 0;
        if (end - begin >= 2 && (peek(0) == 0 || peek(1) == 0)) {
            throw LuaError.of("JSON parser does not support UTF-16 or UTF-32");
        }
        next();
        value(state);
        next();
        if (token != Token.END) {
            throw unexpected("the end");
        }
    }

    /** The byte so far ahead; 0 behind the end, where C's string has its zero byte. */
    private int peek(int ahead) {
        return at + ahead < end ? Memory.getUnsignedByte(at + ahead) : 0;
    }

    // ---- Tokens

    private void next() {
        while (peek(0) == ' ' || peek(0) == '\t' || peek(0) == '\n' || peek(0) == '\r') {
            at++;
        }
        tokenAt = at;
        int c = peek(0);
        switch (c) {
            case '{' -> single(Token.OBJ_BEGIN);
            case '}' -> single(Token.OBJ_END);
            case '[' -> single(Token.ARR_BEGIN);
            case ']' -> single(Token.ARR_END);
            case ',' -> single(Token.COMMA);
            case ':' -> single(Token.COLON);
            case 0 -> token = Token.END;
            case '"' -> string();
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> {
                if (!options.decodesInvalid() && isInvalidNumber()) {
                    fail("invalid number");
                } else {
                    number();
                }
            }
            case 'f', 'i', 'I', 'n', 'N', 't', '+' -> word();
            default -> fail("invalid token");
        }
    }

    private void single(Token kind) {
        token = kind;
        at++;
    }

    private void fail(String what) {
        token = Token.ERROR;
        tokenAt = at;
        problem = what;
    }

    private boolean isNext(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (peek(i) != word.charAt(i)) {
                return false;
            }
        }
        at += word.length();
        return true;
    }

    private void word() {
        if (isNext("true")) {
            token = Token.BOOLEAN;
            truth = true;
        } else if (isNext("false")) {
            token = Token.BOOLEAN;
            truth = false;
        } else if (isNext("null")) {
            token = Token.NULL;
        } else if (options.decodesInvalid() && isInvalidNumber()) {
            number();
        } else {
            fail("invalid token");
        }
    }

    /** What strtod would take though it is no number of JSON's. */
    private boolean isInvalidNumber() {
        int first = peek(0);
        if (first == '+') {
            return true;
        }
        int from = first == '-' ? 1 : 0;
        int digit = peek(from);
        if (digit == '0') {
            int second = peek(from + 1);
            return (second | 0x20) == 'x' || second >= '0' && second <= '9';
        }
        if (digit <= '9') {
            return false;
        }
        String word = "" + (char) digit + (char) peek(from + 1) + (char) peek(from + 2);
        return word.equalsIgnoreCase("inf") || word.equalsIgnoreCase("nan");
    }

    private void number() {
        int length = (int) Math.min(end - at, NUMBER_BYTES_MAX);
        int plain = plainLength(length);
        if (plain > 0) {
            token = Token.NUMBER;
            number = Strtod.lenient(at, plain);
            at += plain;
            return;
        }
        Matcher found =
                NUMBER.matcher(new String(Memory.bytes(at, length), StandardCharsets.ISO_8859_1));
        if (!found.lookingAt()) {
            fail("invalid number");
            return;
        }
        token = Token.NUMBER;
        String text = found.group();
        boolean isNone = text.toLowerCase(Locale.ROOT).contains("nan");
        number = isNone ? nan(text) : Strtod.lenient(at, text.length());
        at += text.length();
    }

    private static double nan(String text) {
        long sign = text.startsWith("-") ? Long.MIN_VALUE : 0;
        return Double.longBitsToDouble(Double.doubleToRawLongBits(Double.NaN) | sign);
    }

    /** The length of a number of JSON's plainest kind; 0 if it is of another. */
    private int plainLength(int length) {
        int i = peek(0) == '-' ? 1 : 0;
        int digits = i;
        while (i < length && peek(i) >= '0' && peek(i) <= '9') {
            i++;
        }
        if (i == digits || peek(digits) == '0' && i > digits + 1) {
            return 0;
        }
        int c = peek(i);
        boolean more = c == '.' || (c | 0x20) == 'e' || (c | 0x20) == 'x';
        return more || i == NUMBER_BYTES_MAX ? 0 : i;
    }

    private void string() {
        at++;
        string.shrink();
        int c = peek(0);
        while (c != '"') {
            if (c == 0) {
                fail("unexpected end of string");
                return;
            }
            if (c == '\\') {
                if (!escape()) {
                    return;
                }
            } else {
                string.putByte(c);
                at++;
            }
            c = peek(0);
        }
        at++;
        token = Token.STRING;
    }

    private boolean escape() {
        int c = peek(1);
        int meant =
                switch (c) {
                    case '"', '\\', '/' -> c;
                    case 'b' -> '\b';
                    case 't' -> '\t';
                    case 'n' -> '\n';
                    case 'f' -> '\f';
                    case 'r' -> '\r';
                    default -> 0;
                };
        if (c == 'u') {
            if (!unicode()) {
                fail("invalid unicode escape code");
                return false;
            }
        } else if (meant == 0) {
            fail("invalid escape code");
            return false;
        } else {
            string.putByte(meant);
            at += 2;
        }
        return true;
    }

    private boolean unicode() {
        int code = hex4(2);
        int length = 6;
        if (code < 0) {
            return false;
        }
        if ((code & 0xf800) == 0xd800) {
            if ((code & 0x400) != 0 || peek(6) != '\\' || peek(7) != 'u') {
                return false;
            }
            int low = hex4(8);
            if (low < 0 || (low & 0xfc00) != 0xdc00) {
                return false;
            }
            code = ((code & 0x3ff) << 10 | low & 0x3ff) + 0x10000;
            length = 12;
        }
        string.putUtf8(Character.toString(code));
        at += length;
        return true;
    }

    private int hex4(int ahead) {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(peek(ahead + i), 16);
            if (digit < 0) {
                return -1;
            }
            value = value << 4 | digit;
        }
        return value;
    }

    // ---- Values

    private LuaError unexpected(String expected) {
        String found = token == Token.ERROR ? problem : "T_" + token;
        return LuaError.of(
                "Expected "
                        + expected
                        + " but found "
                        + found
                        + " at character "
                        + (tokenAt - begin + 1));
    }

    private void value(long state) {
        switch (token) {
            case STRING -> Lua.pushBytes(state, string.address(), string.length());
            case NUMBER -> Lua.pushNumber(state, number);
            case BOOLEAN -> Lua.pushBoolean(state, truth ? 1 : 0);
            case NULL -> Lua.pushPointer(state, 0);
            case OBJ_BEGIN -> object(state);
            case ARR_BEGIN -> array(state);
            case OBJ_END, ARR_END, COLON, COMMA, END, ERROR -> throw unexpected("value");
        }
    }

    private void descend(long state, int slots) {
        depth++;
        if (depth > options.decodeDepth() || Lua.room(state, slots) == 0) {
            throw LuaError.of(
                    "Found too many nested data structures ("
                            + depth
                            + ") at character "
                            + (at - begin));
        }
    }

    private void object(long state) {
        descend(state, 3);
        Lua.newTable(state, 0, 0);
        next();
        long fields = 0;
        while (token != Token.OBJ_END || fields > 0) {
            if (token != Token.STRING) {
                throw unexpected("object key string");
            }
            Lua.pushBytes(state, string.address(), string.length());
            next();
            if (token != Token.COLON) {
                throw unexpected("colon");
            }
            next();
            value(state);
            Lua.rawSet(state, -3);
            lua.checkMemory(fields++);
            next();
            if (token == Token.OBJ_END) {
                break;
            }
            if (token != Token.COMMA) {
                throw unexpected("comma or object end");
            }
            next();
        }
        depth--;
    }

    private void array(long state) {
        descend(state, 2);
        Lua.newTable(state, 0, 0);
        next();
        int elements = 0;
        while (token != Token.ARR_END || elements > 0) {
            value(state);
            Lua.rawSet(state, -2, ++elements);
            lua.checkMemory(elements);
            next();
            if (token == Token.ARR_END) {
                break;
            }
            if (token != Token.COMMA) {
                throw unexpected("comma or array end");
            }
            next();
        }
        depth--;
    }
}
