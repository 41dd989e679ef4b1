package dev.millrace.it.resp;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Cuts a stream into replies and keeps the bytes of each. */
final class FrameReader {
    private static final int LINE_MAX = 1 << 20;
    private static final int DEPTH_MAX = 32;

    private final InputStream in;
    private final StringBuilder raw = new StringBuilder();

    FrameReader(InputStream in) {
        this.in = in;
    }

    /** Reads one whole reply; throws EOFException if the peer closed. */
    Frame next() throws IOException {
        raw.setLength(0);
        Reply reply = value(0);
        return new Frame(raw.toString(), reply);
    }

    private Reply value(int depth) throws IOException {
        if (depth > DEPTH_MAX) {
            throw new ProtocolException("depth: > " + DEPTH_MAX + " after " + raw);
        }
        String line = line();
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+' -> new Reply.Simple(rest);
            case '-' -> new Reply.Failure(rest);
            case ':' -> new Reply.Whole(Long.parseLong(rest));
            case ',' -> new Reply.Real(rest);
            case '(' -> new Reply.Big(rest);
            case '#' -> new Reply.Flag(rest.equals("t"));
            case '_' -> new Reply.Nothing();
            case '$' -> rest.equals("-1") ? new Reply.Nothing() : new Reply.Bulk(bulk(rest));
            case '!' -> new Reply.Failure(bulk(rest));
            case '=' -> new Reply.Verbatim(bulk(rest));
            case '*' ->
                    rest.equals("-1")
                            ? new Reply.Nothing()
                            : new Reply.Array(items(rest, 1, depth));
            case '%' -> new Reply.Pairs(items(rest, 2, depth));
            case '~' -> new Reply.Distinct(items(rest, 1, depth));
            case '>' -> new Reply.Push(items(rest, 1, depth));
            default -> throw new ProtocolException("not a reply: " + raw);
        };
    }

    private List<Reply> items(String count, int each, int depth) throws IOException {
        int size = Integer.parseInt(count) * each;
        List<Reply> items = new ArrayList<>();
        for (int index = 0; index < size; index++) {
            items.add(value(depth + 1));
        }
        return items;
    }

    private String bulk(String length) throws IOException {
        int size = Integer.parseInt(length);
        byte[] bytes = in.readNBytes(size + 2);
        if (bytes.length < size + 2) {
            throw new EOFException("closed within a bulk of " + size + " bytes");
        }
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        raw.append(text);
        if (!text.endsWith("\r\n")) {
            throw new ProtocolException("bulk without line end: " + raw);
        }
        return text.substring(0, size);
    }

    private String line() throws IOException {
        int start = raw.length();
        while (true) {
            int octet = in.read();
            if (octet < 0) {
                throw new EOFException("closed after: " + raw);
            }
            raw.append((char) octet);
            int end = raw.length();
            if (octet == '\n' && end - start > 2 && raw.charAt(end - 2) == '\r') {
                return raw.substring(start, end - 2);
            }
            if (end - start > LINE_MAX) {
                throw new ProtocolException("line: longer than " + LINE_MAX);
            }
        }
    }
}
