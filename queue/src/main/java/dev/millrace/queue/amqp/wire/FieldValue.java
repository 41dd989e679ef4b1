package dev.millrace.queue.amqp.wire;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A value in a field table, in RabbitMQ's dialect (its errata, section 3): {@code L} and {@code l}
 * are both signed 64 bits, there is no short string, and {@code x} is a byte array.
 */
public sealed interface FieldValue {
    /** What stands before it on the wire. */
    char tag();

    /** What RabbitMQ's error texts call the type. */
    String typeName();

    /** As RabbitMQ's error texts show it. */
    String shown();

    /** A long string; any bytes, each one char, so that every value comes back as it was. */
    record Text(String latin) implements FieldValue {
        /** Of text. */
        public static Text of(String text) {
            return new Text(
                    new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
        }

        /** Read as UTF-8. */
        public String text() {
            return new String(bytes(), StandardCharsets.UTF_8);
        }

        /** As they stand on the wire. */
        public byte[] bytes() {
            return latin.getBytes(StandardCharsets.ISO_8859_1);
        }

        @Override
        public char tag() {
            return 'S';
        }

        @Override
        public String typeName() {
            return "longstr";
        }

        @Override
        public String shown() {
            return text();
        }
    }

    /**
     * An integer.
     *
     * @param tag {@code b}, {@code B}, {@code s}, {@code u}, {@code I}, {@code i}, {@code l}
     */
    record Whole(char tag, long value) implements FieldValue {
        @Override
        public String typeName() {
            return switch (tag) {
                case 'b' -> "byte";
                case 'B' -> "unsignedbyte";
                case 's' -> "short";
                case 'u' -> "unsignedshort";
                case 'I' -> "signedint";
                case 'i' -> "unsignedint";
                default -> "long";
            };
        }

        @Override
        public String shown() {
            return Long.toString(value);
        }
    }

    /** A truth value. */
    record Truth(boolean value) implements FieldValue {
        @Override
        public char tag() {
            return 't';
        }

        @Override
        public String typeName() {
            return "bool";
        }

        @Override
        public String shown() {
            return Boolean.toString(value);
        }
    }

    /**
     * A floating-point number.
     *
     * @param tag {@code f} or {@code d}
     */
    record Real(char tag, double value) implements FieldValue {
        @Override
        public String typeName() {
            return tag == 'f' ? "float" : "double";
        }

        @Override
        public String shown() {
            return Double.toString(value);
        }
    }

    /**
     * A decimal.
     *
     * @param scale digits after the point
     * @param unscaled an unsigned 32-bit number
     */
    record Decimal(int scale, long unscaled) implements FieldValue {
        @Override
        public char tag() {
            return 'D';
        }

        @Override
        public String typeName() {
            return "decimal";
        }

        @Override
        public String shown() {
            return "{" + scale + "," + unscaled + "}";
        }
    }

    /**
     * A time.
     *
     * @param seconds since 1970, unsigned
     */
    record Timestamp(long seconds) implements FieldValue {
        @Override
        public char tag() {
            return 'T';
        }

        @Override
        public String typeName() {
            return "timestamp";
        }

        @Override
        public String shown() {
            return Long.toUnsignedString(seconds);
        }
    }

    /** A table within. */
    record Nested(Table table) implements FieldValue {
        @Override
        public char tag() {
            return 'F';
        }

        @Override
        public String typeName() {
            return "table";
        }

        @Override
        public String shown() {
            return table.toString();
        }
    }

    /** An array. */
    record Array(List<FieldValue> values) implements FieldValue {
        public Array {
            values = List.copyOf(values);
        }

        @Override
        public char tag() {
            return 'A';
        }

        @Override
        public String typeName() {
            return "array";
        }

        @Override
        public String shown() {
            return values.toString();
        }
    }

    /** A byte array; each byte one char. */
    record Bytes(String latin) implements FieldValue {
        @Override
        public char tag() {
            return 'x';
        }

        @Override
        public String typeName() {
            return "binary";
        }

        @Override
        public String shown() {
            return latin;
        }
    }

    /** Nothing. */
    record Nothing() implements FieldValue {
        @Override
        public char tag() {
            return 'V';
        }

        @Override
        public String typeName() {
            return "void";
        }

        @Override
        public String shown() {
            return "undefined";
        }
    }

    /**
     * True if a headers exchange takes both for the same: their type on the wire does not count.
     */
    default boolean sameAs(FieldValue other) {
        return switch (this) {
            case Whole(char _, long value) ->
                    other instanceof Whole(char _, long theirs) && value == theirs
                            || other instanceof Timestamp(long seconds) && value == seconds;
            case Timestamp(long value) ->
                    other instanceof Whole(char _, long theirs) && value == theirs
                            || other instanceof Timestamp(long seconds) && value == seconds;
            case Real(char _, double value) ->
                    other instanceof Real(char _, double theirs)
                            && Double.compare(value, theirs) == 0;
            case Text(String latin) -> latin.equals(latinOf(other));
            case Bytes(String latin) -> latin.equals(latinOf(other));
            case Truth _, Decimal _, Nested _, Array _, Nothing _ -> equals(other);
        };
    }

    private static String latinOf(FieldValue value) {
        return switch (value) {
            case Text(String latin) -> latin;
            case Bytes(String latin) -> latin;
            default -> "\uffff";
        };
    }
}
