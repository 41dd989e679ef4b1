package dev.millrace.kv.acl;

import java.nio.charset.StandardCharsets;

/**
 * Names, rules and patterns are bytes, whatever they mean: in this package a {@code String} has one
 * character for each byte.
 */
final class Names {
    private Names() {}

    static String of(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    static byte[] bytes(String name) {
        return name.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The text that the bytes are. */
    static String shown(String name) {
        return new String(bytes(name), StandardCharsets.UTF_8);
    }

    /** The bytes of a text. */
    static String ofText(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }
}
