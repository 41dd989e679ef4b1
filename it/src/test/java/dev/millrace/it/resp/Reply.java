package dev.millrace.it.resp;

import java.util.List;

/**
 * One value of RESP2 or RESP3. Bytes are held as a string of ISO 8859-1, one character a byte:
 * exact, comparable and printable.
 */
public sealed interface Reply {
    /** {@code +text}. */
    record Simple(String text) implements Reply {}

    /** {@code -text}, or RESP3's {@code !}. */
    record Failure(String text) implements Reply {}

    /** {@code :number}. */
    record Whole(long number) implements Reply {}

    /** {@code $}, any bytes. */
    record Bulk(String bytes) implements Reply {}

    /** {@code _}, or RESP2's null bulk or null array. */
    record Nothing() implements Reply {}

    /** {@code *}. */
    record Array(List<Reply> items) implements Reply {}

    /** {@code %}; keys and values take turns. */
    record Pairs(List<Reply> items) implements Reply {}

    /** {@code ~}. */
    record Distinct(List<Reply> items) implements Reply {}

    /** {@code >}, what the server says unasked. */
    record Push(List<Reply> items) implements Reply {}

    /** {@code ,}, as it was written. */
    record Real(String digits) implements Reply {}

    /** {@code #}. */
    record Flag(boolean set) implements Reply {}

    /** {@code =}, a text with its format. */
    record Verbatim(String bytes) implements Reply {}

    /** {@code (}. */
    record Big(String digits) implements Reply {}

    /** The items of any aggregate; none of any other value. */
    default List<Reply> children() {
        return switch (this) {
            case Array(List<Reply> items) -> items;
            case Pairs(List<Reply> items) -> items;
            case Distinct(List<Reply> items) -> items;
            case Push(List<Reply> items) -> items;
            case Simple _, Failure _, Whole _, Bulk _, Nothing _ -> List.of();
            case Real _, Flag _, Verbatim _, Big _ -> List.of();
        };
    }

    /** The text of a simple, bulk or verbatim value; fails on any other. */
    default String text() {
        return switch (this) {
            case Simple(String text) -> text;
            case Bulk(String bytes) -> bytes;
            case Verbatim(String bytes) -> bytes.substring("txt:".length());
            default -> throw new AssertionError("reply: " + this + " (expected: a text)");
        };
    }

    /** The number of a whole value; fails on any other. */
    default long number() {
        if (this instanceof Whole(long number)) {
            return number;
        }
        throw new AssertionError("reply: " + this + " (expected: a whole number)");
    }
}
