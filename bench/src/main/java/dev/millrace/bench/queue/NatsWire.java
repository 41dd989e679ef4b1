package dev.millrace.bench.queue;

import dev.millrace.bench.client.Talk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;

/**
 * NATS with JetStream: a stream in files that is a work queue, one durable push consumer whose
 * messages go round among its subscribers; every message is acknowledged by its own reply subject,
 * every publication by the server (NATS documentation: "NATS Protocol", "JetStream wire API").
 */
final class NatsWire implements Wire {
    private static final String STREAM = "BENCH";
    private static final String DELIVER = "deliver.bench";
    private static final String REPLIES = "_INBOX.bench.";
    private static final byte[] ACK = bytes(" 4\r\n+ACK\r\n");
    private static final byte[] PUB = bytes("PUB ");
    private static final byte[] PONG = bytes("PONG\r\n");
    private static final byte[] END = bytes("\r\n");

    private static byte[] bytes(String ascii) {
        return ascii.getBytes(StandardCharsets.US_ASCII);
    }

    /** Whoever takes messages: subject, reply subject and payload by where they lie. */
    @FunctionalInterface
    private interface Taker {
        void message(ByteBuffer in, int reply, int replyBytes, int payload, int payloadBytes)
                throws IOException;
    }

    /** What the server says, line by line. */
    private static final class Listener {
        private final Talk talk;

        Listener(Talk talk) {
            this.talk = talk;
        }

        /** Waits for messages; how many of those that came were given to the taker. */
        int take(Taker taker) throws IOException {
            int count = 0;
            while (count == 0) {
                talk.receive();
                for (int end = line(); end >= 0; end = line()) {
                    int taken = line(end, taker);
                    if (taken < 0) {
                        break;
                    }
                    count += taken;
                }
            }
            return count;
        }

        /** Where the first line ends; -1 if it has not come wholly. */
        private int line() {
            ByteBuffer in = talk.in();
            for (int at = in.position(); at < in.limit(); at++) {
                if (in.get(at) == '\n') {
                    return at;
                }
            }
            return -1;
        }

        /** Takes a line with what belongs to it; 1 for a message, -1 if that has not come. */
        private int line(int end, Taker taker) throws IOException {
            ByteBuffer in = talk.in();
            switch (in.get(in.position())) {
                case 'M' -> {
                    return message(end, taker);
                }
                case 'P' -> {
                    if (in.get(in.position() + 1) == 'I') {
                        talk.answer(PONG);
                    }
                }
                case 'I', '+' -> {}
                default -> throw new IOException("NATS: " + text(in, in.position(), end));
            }
            in.position(end + 1);
            return 0;
        }

        /** {@code MSG subject sid [reply] bytes}. */
        private int message(int end, Taker taker) throws IOException {
            ByteBuffer in = talk.in();
            int[] starts = new int[6];
            int words = 0;
            for (int at = in.position(); at < end; at++) {
                if (in.get(at) == ' ') {
                    words++;
                    starts[words] = at + 1;
                }
            }
            int bytes = 0;
            for (int at = starts[words]; at < end - 1; at++) {
                bytes = 10 * bytes + in.get(at) - '0';
            }
            int payload = end + 1;
            if (in.limit() < payload + bytes + END.length) {
                return -1;
            }
            int replyBytes = words == 4 ? starts[4] - starts[3] - 1 : 0;
            taker.message(in, starts[3], replyBytes, payload, bytes);
            in.position(payload + bytes + END.length);
            return 1;
        }
    }

    private static String text(ByteBuffer in, int start, int end) {
        byte[] text = new byte[end - start];
        in.get(start, text);
        return new String(text, StandardCharsets.US_ASCII);
    }

    private static Talk open(int port) throws IOException {
        Talk talk = new Talk(port);
        talk.text("CONNECT {\"verbose\":false,\"pedantic\":false}\r\n");
        talk.send();
        return talk;
    }

    @Override
    public void greet(int port) throws IOException {
        try (Talk talk = open(port)) {
            talk.text("SUB " + REPLIES + "api 1\r\n");
            request(talk, "INFO", "", "");
        }
    }

    // ---- JetStream's own requests

    @Override
    public void prepare(int port, int window) throws IOException {
        try (Talk talk = open(port)) {
            talk.text("SUB " + REPLIES + "api 1\r\n");
            request(talk, "STREAM.DELETE." + STREAM, "", "stream not found");
            request(
                    talk,
                    "STREAM.CREATE." + STREAM,
                    """
                    {"name":"%s","subjects":["%s"],"storage":"file","retention":"workqueue",\
                    "num_replicas":1}"""
                            .formatted(STREAM, QUEUE),
                    "");
            request(
                    talk,
                    "CONSUMER.DURABLE.CREATE." + STREAM + ".all",
                    """
                    {"stream_name":"%s","config":{"durable_name":"all","deliver_subject":"%s",\
                    "deliver_group":"all","ack_policy":"explicit","max_ack_pending":%d}}"""
                            .formatted(STREAM, DELIVER, window),
                    "");
        }
    }

    private static void request(Talk talk, String what, String json, String mayFail)
            throws IOException {
        talk.text(
                "PUB $JS.API.%s %sapi %d\r\n%s\r\n".formatted(what, REPLIES, json.length(), json));
        talk.send();
        new Listener(talk)
                .take(
                        (in, reply, replyBytes, payload, bytes) -> {
                            String answer = text(in, payload, payload + bytes);
                            boolean forgiven = !mayFail.isEmpty() && answer.contains(mayFail);
                            if (answer.contains("\"error\"") && !forgiven) {
                                throw new IOException("NATS: " + what + ": " + answer);
                            }
                        });
    }

    // ---- Publishing

    @Override
    public Publisher publisher(int port, int batch) throws IOException {
        Talk talk = open(port);
        String inbox = REPLIES + System.nanoTime();
        talk.text("SUB " + inbox + " 1\r\n");
        talk.send();
        return new NatsPublisher(talk, inbox, batch);
    }

    private static final class NatsPublisher implements Publisher {
        private final Talk talk;
        private final Listener listener;
        private final String inbox;
        private final int batch;
        private byte[] head = new byte[0];
        private int headFor = -1;
        private long confirmed;

        NatsPublisher(Talk talk, String inbox, int batch) {
            this.talk = talk;
            this.listener = new Listener(talk);
            this.inbox = inbox;
            this.batch = batch;
        }

        @Override
        public void publish(byte[] body) throws IOException {
            if (headFor != body.length) {
                head = bytes("PUB " + QUEUE + " " + inbox + " " + body.length + "\r\n");
                headFor = body.length;
            }
            for (int i = 0; i < batch; i++) {
                talk.out().put(head).put(body).put(END);
            }
            talk.send();
        }

        @Override
        public long confirmed() throws IOException {
            confirmed +=
                    listener.take(
                            (in, reply, replyBytes, payload, bytes) -> {
                                // {"stream":"BENCH", "seq":1} or {"error":…
                                if (in.get(payload + 2) == 'e') {
                                    throw new IOException(
                                            "NATS: " + text(in, payload, payload + bytes));
                                }
                            });
            return confirmed;
        }

        @Override
        public void close() throws IOException {
            talk.close();
        }
    }

    // ---- Consuming

    @Override
    public Consumer consumer(int port, int window) throws IOException {
        Talk talk = open(port);
        talk.text("SUB " + DELIVER + " all 1\r\n");
        talk.send();
        return new NatsConsumer(talk);
    }

    private static final class NatsConsumer implements Consumer {
        private final Talk talk;
        private final Listener listener;

        NatsConsumer(Talk talk) {
            this.talk = talk;
            this.listener = new Listener(talk);
        }

        @Override
        public int take(LongConsumer taker) throws IOException {
            int count =
                    listener.take(
                            (in, reply, replyBytes, payload, bytes) -> {
                                taker.accept(in.getLong(payload));
                                ByteBuffer out = talk.out().put(PUB);
                                out.put(out.position(), in, reply, replyBytes);
                                out.position(out.position() + replyBytes);
                                out.put(ACK);
                            });
            talk.send();
            return count;
        }

        @Override
        public void close() throws IOException {
            talk.close();
        }
    }
}
