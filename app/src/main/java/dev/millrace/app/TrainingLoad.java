package dev.millrace.app;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * What a training run asks of the Redis port: some of all types of values in the ways of ordinary
 * clients, short and long collections, and that these go again, so that what runs seldom (the first
 * FLUSHALL of a process) is linked as well as what runs always. At the end values of each form are
 * saved to a dump file.
 */
final class TrainingLoad {
    private static final int TIMEOUT_MILLIS = 20_000;
    private static final int BATCHES = 400;
    private static final int PIPELINE = 16;
    private static final int LARGE = 30_000;
    private static final int LARGE_AT_ONCE = 500;
    private static final int SHORT = 2_000;
    private static final byte[] END_REPLY = "$3\r\nend\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Socket socket;
    private final InputStream in;
    private final ByteArrayOutputStream batch = new ByteArrayOutputStream();

    private TrainingLoad(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    /**
     * Puts it on a port.
     *
     * @throws IOException if that is no Redis port, or an answer does not come
     */
    static void run(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.setTcpNoDelay(true);
            new TrainingLoad(socket).all();
        }
    }

    private void all() throws IOException {
        for (int i = 0; i < BATCHES; i++) {
            for (int j = 0; j < PIPELINE; j++) {
                each(i * PIPELINE + j);
            }
            send();
            each(i);
            send();
        }
        for (int i = 0; i < 2; i++) {
            grow();
            for (String type : new String[] {"hash", "set", "zset", "list"}) {
                add("DEL", "large-" + type);
            }
            send();
            grow();
            add("FLUSHALL");
            send();
        }
        grow();
        for (int i = 0; i < SHORT; i++) {
            add("SET", "string:" + i, "value of " + i);
            for (int j = 0; j < 5; j++) {
                add("HSET", "hash:" + i, "field" + j, "value" + j);
                add("SADD", "set:" + i, String.valueOf(i + j));
                add("ZADD", "zset:" + i, String.valueOf(j), "member" + j);
                add("RPUSH", "list:" + i, "element" + j);
            }
            if (i % PIPELINE == 0) {
                send();
            }
        }
        add("SAVE");
        send();
    }

    /** One of each of the commands that are used most. */
    private void each(int i) {
        String n = String.valueOf(i % SHORT);
        add("SET", "key:" + n, "value:" + n);
        add("GET", "key:" + n);
        add("INCR", "count:" + n);
        add("EXPIRE", "count:" + n, "100");
        add("LPUSH", "list", "element:" + n);
        add("LRANGE", "list", "0", "9");
        add("RPOP", "list");
        add("HSET", "hash:" + n, "field:" + i % 7, "value");
        add("HGET", "hash:" + n, "field:" + i % 7);
        add("HGETALL", "hash:" + n);
        add("SADD", "set:" + n, n);
        add("SISMEMBER", "set:" + n, n);
        add("ZADD", "zset", n, "member:" + n);
        add("ZRANGE", "zset", "0", "9");
        add("MULTI");
        add("INCR", "transactions");
        add("EXEC");
        add("DEL", "key:" + n);
    }

    private void grow() throws IOException {
        for (int i = 0; i < LARGE; i += LARGE_AT_ONCE) {
            for (int j = i; j < i + LARGE_AT_ONCE; j++) {
                add("HSET", "large-hash", "field" + j, "value" + j);
                add("SADD", "large-set", "member" + j);
                add("ZADD", "large-zset", String.valueOf(j), "member" + j);
                add("RPUSH", "large-list", "element" + j);
            }
            send();
        }
    }

    private void add(String... words) {
        append("*" + words.length + "\r\n");
        for (String word : words) {
            append("$" + word.length() + "\r\n" + word + "\r\n");
        }
    }

    private void append(String text) {
        batch.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Sends what was added, and reads until all of it is answered. */
    private void send() throws IOException {
        add("ECHO", "end");
        batch.writeTo(socket.getOutputStream());
        batch.reset();
        int matched = 0;
        while (matched < END_REPLY.length) {
            int read = in.read();
            if (read < 0) {
                throw new EOFException("training: the connection ended");
            }
            matched = read == END_REPLY[matched] ? matched + 1 : read == END_REPLY[0] ? 1 : 0;
        }
    }
}
