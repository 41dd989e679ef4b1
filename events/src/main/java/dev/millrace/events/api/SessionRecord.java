package dev.millrace.events.api;

import com.google.re2j.Pattern;

import dev.millrace.events.log.Event;
import dev.millrace.events.wire.MalformedMessage;
import dev.millrace.events.wire.MessageReader;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/**
 * An AppendRecord of protocol v2: an event whose type is the schema's name and whose metadata are
 * its properties, with the schema's name and format among them, as KurrentDB shows them to readers
 * of protocol v1.
 *
 * @param data where the message has it
 */
record SessionRecord(UUID id, boolean json, byte[] type, byte[] meta, long data, int dataBytes) {
    private static final Pattern NAME = Pattern.compile("^[\\p{L}\\p{N}_.$:-]+$");
    private static final Pattern ID =
            Pattern.compile("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$");
    private static final UUID NONE = new UUID(0, 0);

    /** SchemaFormat, by its numbers. */
    private static final String[] FORMATS = {"Unspecified", "Json", "Protobuf", "Avro", "Bytes"};

    private static final int JSON = 1;

    /** What counts against the limits. */
    long bytes() {
        return (long) type.length + meta.length + dataBytes;
    }

    /**
     * @throws MalformedMessage if KurrentDB would refuse it
     */
    static SessionRecord read(MessageReader in) {
        Draft draft = new Draft();
        while (in.next()) {
            switch (in.field()) {
                case 1 -> draft.id = id("Record ID", in.text());
                case 2 -> draft.properties.add(in.message());
                case 3 -> draft.schema(in.message());
                case 4 -> {
                    draft.data = in.address();
                    draft.dataBytes = in.length();
                }
                default -> {
                    // A later version's.
                }
            }
        }
        return draft.whole();
    }

    private static UUID id(String what, String text) {
        UUID id = ID.matches(text) ? UUID.fromString(text) : NONE;
        if (id.equals(NONE)) {
            throw new MalformedMessage(what + " must be a valid and non-empty UUID.");
        }
        return id;
    }

    private static final class Draft {
        private final PropertyJson properties = new PropertyJson();
        private UUID id = NONE;
        private long format;
        private String name = "";
        private Optional<UUID> schemaId = Optional.empty();
        private long data;
        private int dataBytes;

        void schema(MessageReader in) {
            while (in.next()) {
                switch (in.field()) {
                    case 1 -> format = in.number();
                    case 2 -> name = in.text();
                    case 3 -> schemaId = Optional.of(id("Schema ID", in.text()));
                    default -> {
                        // A later version's.
                    }
                }
            }
        }

        SessionRecord whole() {
            if (format <= 0 || format >= FORMATS.length) {
                throw new MalformedMessage("Schema format must be one of Json, Protobuf or Bytes.");
            }
            byte[] type = name.getBytes(StandardCharsets.UTF_8);
            if (!NAME.matches(name)) {
                throw new MalformedMessage(
                        "Schema name can only contain unicode letters, digits, underscores, dashes,"
                                + " periods, colons, and dollar signs. Attempted Value: "
                                + name);
            }
            if (type.length > Event.TYPE_BYTES_MAX) {
                throw new MalformedMessage(
                        "Schema name: "
                                + type.length
                                + " bytes (expected: <= "
                                + Event.TYPE_BYTES_MAX
                                + ")");
            }
            schemaId.ifPresent(each -> properties.add("$schema.id", each.toString()));
            properties.add("$schema.name", name);
            properties.add("$schema.format", FORMATS[(int) format]);
            return new SessionRecord(
                    id.equals(NONE) ? UUID.randomUUID() : id,
                    format == JSON,
                    type,
                    properties.end(),
                    data,
                    dataBytes);
        }
    }
}
