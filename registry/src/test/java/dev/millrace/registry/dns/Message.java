package dev.millrace.registry.dns;

import dev.millrace.registry.dns.wire.BadMessage;
import dev.millrace.registry.dns.wire.DomainName;
import dev.millrace.registry.dns.wire.RecordType;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Messages as tests write and read them: an answer's records are lines as {@code dig} prints them.
 *
 * @param size bytes of the message
 */
record Message(
        int id,
        int flags,
        List<String> question,
        List<String> answer,
        List<String> authority,
        List<String> additional,
        int size) {
    /** A question with an id, RD, and nothing else. */
    static byte[] question(int id, String name, int type) {
        return question(id, 0x0100, name, type, RecordType.CLASS_IN, -1);
    }

    /** The same with an OPT record that offers so many bytes. */
    static byte[] offering(int id, String name, int type, int udpBytes) {
        return question(id, 0x0100, name, type, RecordType.CLASS_IN, udpBytes);
    }

    static byte[] question(int id, int flags, String name, int type, int ofClass, int udpBytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        shorts(out, id, flags, 1, 0, 0, udpBytes < 0 ? 0 : 1);
        out.writeBytes(DomainName.of(name).orElseThrow().wire());
        shorts(out, type, ofClass);
        if (udpBytes >= 0) {
            out.write(0);
            shorts(out, RecordType.OPT, udpBytes, 0, 0, 0);
        }
        return out.toByteArray();
    }

    static void shorts(ByteArrayOutputStream out, int... values) {
        for (int value : values) {
            out.write(value >> 8);
            out.write(value);
        }
    }

    int rcode() {
        return flags & 15;
    }

    boolean truncated() {
        return (flags & 0x0200) != 0;
    }

    boolean authoritative() {
        return (flags & 0x0400) != 0;
    }

    /** Reads all of a message; anything that is left over or missing fails. */
    static Message of(byte[] bytes) throws BadMessage {
        Reader reader = new Reader(bytes);
        int id = reader.next();
        int flags = reader.next();
        int[] counts = {reader.next(), reader.next(), reader.next(), reader.next()};
        List<String> question = new ArrayList<>();
        for (int i = 0; i < counts[0]; i++) {
            question.add(reader.name() + " " + type(reader.next()) + " " + reader.next());
        }
        Message message =
                new Message(
                        id,
                        flags,
                        question,
                        reader.records(counts[1]),
                        reader.records(counts[2]),
                        reader.records(counts[3]),
                        bytes.length);
        if (reader.at != bytes.length) {
            throw new BadMessage(bytes.length - reader.at + " bytes left over");
        }
        return message;
    }

    private static String type(int type) {
        return switch (type) {
            case RecordType.A -> "A";
            case RecordType.AAAA -> "AAAA";
            case RecordType.NS -> "NS";
            case RecordType.CNAME -> "CNAME";
            case RecordType.SOA -> "SOA";
            case RecordType.PTR -> "PTR";
            case RecordType.TXT -> "TXT";
            case RecordType.SRV -> "SRV";
            case RecordType.OPT -> "OPT";
            case RecordType.ANY -> "ANY";
            default -> "TYPE" + type;
        };
    }

    private static final class Reader {
        private final byte[] bytes;
        private int at;

        Reader(byte[] bytes) {
            this.bytes = bytes;
        }

        int next() {
            int value = ByteBuffer.wrap(bytes).getShort(at) & 0xFFFF;
            at += 2;
            return value;
        }

        String name() throws BadMessage {
            String name = DomainName.read(bytes, bytes.length, at).toString();
            at = DomainName.skip(bytes, bytes.length, at);
            return name;
        }

        List<String> records(int count) throws BadMessage {
            List<String> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                all.add(one());
            }
            return all;
        }

        private String one() throws BadMessage {
            String owner = name();
            int type = next();
            int ofClass = next();
            long ttl = (long) next() << 16 | next();
            int length = next();
            int end = at + length;
            String data = type == RecordType.OPT ? ofClass + " " + ttl : data(type, end);
            at = end;
            return owner
                    + " "
                    + (type == RecordType.OPT ? "" : ttl + " ")
                    + type(type)
                    + " "
                    + data;
        }

        private String data(int type, int end) throws BadMessage {
            return switch (type) {
                case RecordType.A, RecordType.AAAA -> address(end);
                case RecordType.CNAME, RecordType.PTR, RecordType.NS -> name();
                case RecordType.SRV -> next() + " " + next() + " " + next() + " " + name();
                case RecordType.SOA -> {
                    String names = name() + " " + name();
                    at += 4;
                    StringBuilder times = new StringBuilder();
                    while (at < end) {
                        times.append(' ').append((long) next() << 16 | next());
                    }
                    yield names + times;
                }
                case RecordType.TXT -> {
                    StringBuilder text = new StringBuilder();
                    while (at < end) {
                        int piece = bytes[at] & 0xFF;
                        text.append(new String(bytes, at + 1, piece, StandardCharsets.UTF_8));
                        at += 1 + piece;
                    }
                    yield "\"" + text + "\"";
                }
                default -> (end - at) + " bytes";
            };
        }

        private String address(int end) {
            byte[] address = Arrays.copyOfRange(bytes, at, end);
            try {
                return InetAddress.getByAddress(address).getHostAddress();
            } catch (UnknownHostException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }
}
