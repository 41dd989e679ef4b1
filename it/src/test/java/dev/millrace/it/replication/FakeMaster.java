package dev.millrace.it.replication;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server that is followed and says what a test wants it to: to each PSYNC the next of its words.
 */
final class FakeMaster implements AutoCloseable {
    /**
     * Bytes that are sent in answer to a PSYNC, each by itself or all together; the link is closed
     * behind them unless it stays.
     */
    record Answer(byte[] bytes, boolean stays, boolean oneByOne) {
        Answer(byte[] bytes, boolean stays) {
            this(bytes, stays, false);
        }

        Answer inSingleBytes() {
            return new Answer(bytes, stays, true);
        }

        static Answer closing(String text) {
            return new Answer(latin(text), false);
        }

        static Answer staying(byte[] bytes) {
            return new Answer(bytes, true);
        }
    }

    private final ServerSocket listener;
    private final List<Socket> links = new ArrayList<>();
    private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();
    private final AtomicInteger emptyLines = new AtomicInteger();

    FakeMaster() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon(true).start(this::accept);
    }

    static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static byte[] join(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    int port() {
        return listener.getLocalPort();
    }

    void answer(Answer answer) {
        answers.add(answer);
    }

    /** How often a follower has said that it is there, and no more. */
    int emptyLines() {
        return emptyLines.get();
    }

    /** The next request that the follower has sent, its words with spaces between. */
    String asked() throws InterruptedException {
        return asked.take();
    }

    private void accept() {
        try {
            while (true) {
                Socket link = listener.accept();
                synchronized (links) {
                    links.add(link);
                }
                Thread.ofPlatform().daemon(true).start(() -> serve(link));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void serve(Socket link) {
        try (link) {
            link.setTcpNoDelay(true);
            InputStream in = link.getInputStream();
            OutputStream out = link.getOutputStream();
            while (true) {
                String request = request(in);
                asked.add(request);
                if (!request.startsWith("PSYNC")) {
                    boolean silent = request.startsWith("REPLCONF ACK");
                    out.write(
                            latin(silent ? "" : request.equals("PING") ? "+PONG\r\n" : "+OK\r\n"));
                    continue;
                }
                Answer answer = answers.take();
                if (answer.oneByOne) {
                    for (byte one : answer.bytes) {
                        out.write(one);
                    }
                } else {
                    out.write(answer.bytes);
                }
                out.flush();
                if (!answer.stays) {
                    return;
                }
            }
        } catch (IOException | InterruptedException closed) {
            // The follower has gone, or the test is over.
        }
    }

    private String request(InputStream in) throws IOException {
        String head = line(in);
        while (head.isEmpty()) {
            emptyLines.incrementAndGet();
            head = line(in);
        }
        List<String> words = new ArrayList<>();
        for (int left = Integer.parseInt(head.substring(1)); left > 0; left--) {
            int length = Integer.parseInt(line(in).substring(1));
            words.add(new String(in.readNBytes(length), StandardCharsets.ISO_8859_1));
            line(in);
        }
        return String.join(" ", words);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("closed");
            }
            if (next == '\n') {
                return line.toString();
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        synchronized (links) {
            for (Socket link : links) {
                link.close();
            }
        }
    }
}
