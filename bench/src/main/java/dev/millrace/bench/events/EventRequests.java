package dev.millrace.bench.events;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Requests of KurrentDB's protocol (streams.proto, shared.proto). */
final class EventRequests {
    static final String BATCH_APPEND = "/event_store.client.streams.Streams/BatchAppend";
    static final String READ = "/event_store.client.streams.Streams/Read";

    private static final int ID_BYTES = 36;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private EventRequests() {}

    /** Events of so many bytes appended to a stream, whatever it has; ids from a number on. */
    static byte[] append(String stream, int events, int bytes, long firstId) {
        byte[] data = new byte[bytes];
        Arrays.fill(data, (byte) 'x');
        Proto metadata =
                new Proto()
                        .message(2, new Proto().text(1, "type").text(2, "happened"))
                        .message(
                                2,
                                new Proto()
                                        .text(1, "content-type")
                                        .text(2, "application/octet-stream"));
        Proto request =
                new Proto()
                        .message(1, new Proto().text(2, id(firstId)))
                        .message(2, new Proto().message(1, name(stream)).empty(4));
        for (int i = 0; i < events; i++) {
            byte[] head = new Proto().message(1, new Proto().text(2, id(firstId + i))).toBytes();
            byte[] tail = new Proto().bytes(4, data).toBytes();
            byte[] middle = metadata.toBytes();
            byte[] whole = new byte[head.length + middle.length + tail.length];
            System.arraycopy(head, 0, whole, 0, head.length);
            System.arraycopy(middle, 0, whole, head.length, middle.length);
            System.arraycopy(tail, 0, whole, head.length + middle.length, tail.length);
            request.bytes(3, whole);
        }
        return request.number(4, 1).toBytes();
    }

    /**
     * Gives a request made by {@link #append} other ids, in place: the ids stand where their text
     * begins with zeros.
     */
    static int[] idPlaces(byte[] request, int events) {
        byte[] zeros = "00000000-0000-4000-".getBytes(StandardCharsets.US_ASCII);
        int[] places = new int[events + 1];
        int found = 0;
        for (int at = 0; found <= events; at++) {
            if (Arrays.equals(request, at, at + zeros.length, zeros, 0, zeros.length)) {
                places[found++] = at;
                at += ID_BYTES;
            }
        }
        return places;
    }

    /** Writes an id over that at a place; nothing is allocated. */
    static void putId(byte[] request, int place, long id) {
        putHex(request, place + ID_BYTES, 12, id);
        putHex(request, place + ID_BYTES - 13, 4, id >>> 48);
    }

    private static void putHex(byte[] to, int end, int digits, long number) {
        for (int i = 1; i <= digits; i++) {
            to[end - i] = HEX[(int) (number >>> 4 * (i - 1)) & 15];
        }
    }

    private static String id(long number) {
        return "00000000-0000-4000-%04x-%012x".formatted(number >>> 48, number & 0xffffffffffffL);
    }

    private static Proto name(String stream) {
        return new Proto().text(3, stream);
    }

    /** So many events of a stream, from its beginning. */
    static byte[] readStream(String stream, long count) {
        Proto from = new Proto().message(1, name(stream)).empty(3);
        return read(new Proto().message(1, from), count);
    }

    /** So many events of all streams, from the beginning. */
    static byte[] readAll(long count) {
        return read(new Proto().message(2, new Proto().empty(2)), count);
    }

    /** All events from now on. */
    static byte[] subscribeToAll() {
        Proto options =
                new Proto()
                        .message(2, new Proto().empty(3))
                        .empty(6)
                        .empty(8)
                        .message(9, new Proto().empty(2));
        return new Proto().message(1, options).toBytes();
    }

    private static byte[] read(Proto options, long count) {
        options.number(3, 0).number(5, count).empty(8).message(9, new Proto().empty(2));
        return new Proto().message(1, options).toBytes();
    }
}
