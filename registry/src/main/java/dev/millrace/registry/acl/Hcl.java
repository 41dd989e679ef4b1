package dev.millrace.registry.acl;

import dev.millrace.registry.json.JsonValue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * HCL 1, as far as policies are written in it (hashicorp/hcl, README, syntax): items of a key, any
 * labels, and a block, or of a key, {@code =} and a value; texts, numbers, booleans, lists, blocks;
 * comments of all three kinds; no here-documents, and {@code ${}} means nothing. What is read is
 * what JSON would have said: a label is a block around the block, and what stands there several
 * times is a list.
 *
 * <pre>
 * object  := { key label* ( "=" value | block ) [","] }
 * key     := word | text            label := text | word
 * block   := "{" object "}"
 * value   := text | word | list | block
 * list    := "[" [ value { "," value } [","] ] "]"
 * </pre>
 *
 * It goes over the text once, and no deeper than {@link #DEPTH_MAX}.
 */
final class Hcl {
    /** Blocks and lists within each other. */
    static final int DEPTH_MAX = 64;

    private static final int END = -1;

    private final String text;
    private int at;
    private int depth;

    private Hcl(String text) {
        this.text = text;
    }

    static JsonValue.Obj read(String text) throws BadRules {
        Hcl reader = new Hcl(text);
        JsonValue.Obj all = reader.object(END);
        return all;
    }

    // ---- Items

    /** All items up to an end, which is consumed. */
    private JsonValue.Obj object(int end) throws BadRules {
        if (++depth > DEPTH_MAX) {
            throw wrong("nested too deeply (expected: at most " + DEPTH_MAX + ")");
        }
        Map<String, List<JsonValue>> items = new LinkedHashMap<>();
        for (int next = skip(); next != end; next = skip()) {
            if (next == END) {
                throw wrong("object expected closing RBRACE got: EOF");
            }
            item(items);
            if (skip() == ',') {
                at++;
            }
        }
        if (end != END) {
            at++;
        }
        depth--;
        Map<String, JsonValue> fields = new LinkedHashMap<>();
        items.forEach((key, values) -> fields.put(key, new JsonValue.Arr(values)));
        return new JsonValue.Obj(fields);
    }

    private void item(Map<String, List<JsonValue>> items) throws BadRules {
        List<String> keys = new ArrayList<>();
        while (true) {
            int next = skip();
            if (next == '=' || next == '{') {
                break;
            }
            keys.add(key(next));
        }
        if (keys.isEmpty()) {
            throw wrong("expected to find at least one object key");
        }
        JsonValue value;
        if (skip() == '=') {
            if (keys.size() > 1) {
                throw wrong("nested object expected: LBRACE got: ASSIGN");
            }
            at++;
            value = value();
        } else {
            at++;
            value = object('}');
        }
        for (String label : keys.subList(1, keys.size()).reversed()) {
            value = new JsonValue.Obj(Map.of(label, value));
        }
        items.computeIfAbsent(keys.getFirst(), unknown -> new ArrayList<>()).add(value);
    }

    private String key(int next) throws BadRules {
        if (next == '"') {
            return quoted();
        }
        if (next != END && isWord((char) next)) {
            return word();
        }
        throw wrong("expected: IDENT | STRING got: " + shown(next));
    }

    // ---- Values

    private JsonValue value() throws BadRules {
        int next = skip();
        if (next == '"') {
            return new JsonValue.Text(quoted());
        }
        if (next == '{') {
            at++;
            return object('}');
        }
        if (next == '[') {
            at++;
            return list();
        }
        if (next == END || !isWord((char) next)) {
            throw wrong("expected: a value got: " + shown(next));
        }
        String word = word();
        return word.equals("true") || word.equals("false")
                ? new JsonValue.Bool(word.equals("true"))
                : new JsonValue.Text(word);
    }

    private JsonValue list() throws BadRules {
        if (++depth > DEPTH_MAX) {
            throw wrong("nested too deeply (expected: at most " + DEPTH_MAX + ")");
        }
        List<JsonValue> values = new ArrayList<>();
        while (skip() != ']') {
            values.add(value());
            int next = skip();
            if (next == ',') {
                at++;
            } else if (next != ']') {
                throw wrong("error parsing list, expected comma or list end, got: " + shown(next));
            }
        }
        at++;
        depth--;
        return new JsonValue.Arr(values);
    }

    // ---- Tokens

    private static boolean isWord(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '-' || c == '.' || c == '+';
    }

    private String word() {
        int from = at;
        while (at < text.length() && isWord(text.charAt(at))) {
            at++;
        }
        return text.substring(from, at);
    }

    private String quoted() throws BadRules {
        StringBuilder value = new StringBuilder();
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '"') {
                at++;
                return value.toString();
            }
            if (c == '\n') {
                break;
            }
            value.append(c == '\\' ? escaped() : String.valueOf(c));
        }
        throw wrong("literal not terminated");
    }

    /** After a backslash; it ends on the last character of it. */
    private String escaped() throws BadRules {
        at++;
        int kind = at < text.length() ? text.charAt(at) : END;
        return switch (kind) {
            case '"', '\\' -> String.valueOf((char) kind);
            case 'n' -> "\n";
            case 't' -> "\t";
            case 'r' -> "\r";
            case 'u' -> codePoint(4);
            case 'U' -> codePoint(8);
            default -> throw wrong("illegal char escape");
        };
    }

    private String codePoint(int digits) throws BadRules {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            at++;
            int digit = at < text.length() ? Character.digit(text.charAt(at), 16) : END;
            if (digit < 0 || value > Character.MAX_CODE_POINT) {
                throw wrong("illegal char in escape sequence");
            }
            value = value * 16 + digit;
        }
        if (!Character.isValidCodePoint(value)) {
            throw wrong("illegal char in escape sequence");
        }
        return Character.toString(value);
    }

    /** The next character that means something, which is not consumed. */
    private int skip() throws BadRules {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '#' || c == '/' && follows('/')) {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (c == '/' && follows('*')) {
                int end = text.indexOf("*/", at + 2);
                if (end < 0) {
                    throw wrong("comment not terminated");
                }
                at = end + 2;
            } else if (Character.isWhitespace(c) || c == '\ufeff') {
                at++;
            } else {
                return c;
            }
        }
        return END;
    }

    private boolean follows(char c) {
        return at + 1 < text.length() && text.charAt(at + 1) == c;
    }

    private static String shown(int next) {
        return next == END ? "EOF" : String.valueOf((char) next);
    }

    private BadRules wrong(String what) {
        int here = Math.min(at, text.length());
        int line = 1;
        int begin = 0;
        for (int i = text.indexOf('\n'); i >= 0 && i < here; i = text.indexOf('\n', i + 1)) {
            line++;
            begin = i + 1;
        }
        return RuleReader.unreadable("At " + line + ":" + (here - begin + 1) + ": " + what);
    }
}
