package dev.millrace.kv.script;

import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.lua.LuaEngine;
import dev.millrace.kv.lua.ScriptFlag;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The first line of a script or a library that begins with {@code #!}.
 *
 * @param length of the line without its end; 0 if there is none
 * @param flags of a script; none if there is no such line
 * @param name of a library; empty for a script
 */
record Shebang(int length, Optional<Set<ScriptFlag>> flags, String name) {
    private static final String MARK = "#!";

    /** Of a script; each char of the source is a byte. */
    static Shebang ofScript(String source) {
        if (!source.startsWith(MARK)) {
            return new Shebang(0, Optional.empty(), "");
        }
        int end = end(source, "ERR Invalid script shebang");
        List<String> parts =
                parts(source.substring(0, end), "ERR Invalid engine in script shebang");
        if (!parts.getFirst().equals("#!lua")) {
            throw new Refusal("ERR Unexpected engine in script shebang: " + parts.getFirst());
        }
        Set<ScriptFlag> flags = EnumSet.noneOf(ScriptFlag.class);
        for (String part : parts.subList(1, parts.size())) {
            if (!part.startsWith("flags=")) {
                throw new Refusal("ERR Unknown lua shebang option: " + part);
            }
            addFlags(part.substring("flags=".length()), flags);
        }
        return new Shebang(end, Optional.of(flags), "");
    }

    private static void addFlags(String text, Set<ScriptFlag> flags) {
        if (text.isEmpty()) {
            return;
        }
        for (String name : text.split(",", -1)) {
            flags.add(
                    ScriptFlag.named(name)
                            .orElseThrow(
                                    () ->
                                            new Refusal(
                                                    "ERR Unexpected flag in script shebang: "
                                                            + name)));
        }
    }

    /** Of a library. */
    static Shebang ofLibrary(String source) {
        if (!source.startsWith(MARK)) {
            throw new Refusal("ERR Missing library metadata");
        }
        int end = end(source, "ERR Invalid library metadata");
        List<String> parts = parts(source.substring(0, end), "ERR Invalid library metadata");
        String name = name(parts.subList(1, parts.size()));
        String engine = parts.getFirst().substring(MARK.length());
        return new Shebang(end, Optional.empty(), requireLua(name, engine));
    }

    private static String name(List<String> parts) {
        String name = null;
        for (String part : parts) {
            if (!part.regionMatches(true, 0, "name=", 0, "name=".length())) {
                throw new Refusal("ERR Invalid metadata value given: " + part);
            }
            if (name != null) {
                throw new Refusal(
                        "ERR Invalid metadata value, name argument was given multiple times");
            }
            name = part.substring("name=".length());
        }
        if (name == null) {
            throw new Refusal("ERR Library name was not given");
        }
        return name;
    }

    private static String requireLua(String name, String engine) {
        if (!LuaEngine.isName(name)) {
            throw new Refusal(
                    "ERR Library names can only contain letters, numbers, or underscores(_) and"
                            + " must be at least one character long");
        }
        if (!engine.equalsIgnoreCase("lua")) {
            throw new Refusal("ERR Engine '" + engine + "' not found");
        }
        return name;
    }

    private static int end(String source, String otherwise) {
        int end = source.indexOf('\n');
        if (end < 0) {
            throw new Refusal(otherwise);
        }
        return end;
    }

    private static List<String> parts(String line, String otherwise) {
        List<String> parts = new ArrayList<>();
        int at = 0;
        while (at < line.length()) {
            if (Character.isWhitespace(line.charAt(at))) {
                at++;
                continue;
            }
            StringBuilder part = new StringBuilder();
            while (at < line.length() && !Character.isWhitespace(line.charAt(at))) {
                char c = line.charAt(at++);
                if (c == '"' || c == '\'') {
                    at = quoted(line, at, c, part, otherwise);
                } else {
                    part.append(c);
                }
            }
            parts.add(part.toString());
        }
        if (parts.isEmpty()) {
            throw new Refusal(otherwise);
        }
        return parts;
    }

    /** Takes what is quoted, as an inline command's argument may be; returns where it ends. */
    private static int quoted(
            String line, int from, char quote, StringBuilder part, String otherwise) {
        int at = from;
        while (at < line.length() && line.charAt(at) != quote) {
            if (line.charAt(at) == '\\' && at + 1 < line.length()) {
                at++;
            }
            part.append(line.charAt(at++));
        }
        boolean ends = at + 1 == line.length() || at + 1 < line.length() && isBlank(line, at + 1);
        if (!ends) {
            throw new Refusal(otherwise);
        }
        return at + 1;
    }

    private static boolean isBlank(String line, int at) {
        return Character.isWhitespace(line.charAt(at));
    }
}
