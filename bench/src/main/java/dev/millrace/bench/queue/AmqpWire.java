package dev.millrace.bench.queue;

import dev.millrace.bench.client.Talk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;

/** AMQP 0-9-1: a durable queue, persistent messages, confirms, acknowledgements. */
final class AmqpWire implements Wire {
    private static final int HEADER_BYTES = 7;
    private static final int METHOD = 1;
    private static final int HEADER = 2;
    private static final int BODY = 3;
    private static final int END = 0xce;
    private static final int CHANNEL = 1;
    private static final int PERSISTENT = 2;
    private static final int DELIVERY_MODE_FLAG = 0x1000;

    private static final int START = 10 << 16 | 10;
    private static final int START_OK = 10 << 16 | 11;
    private static final int TUNE = 10 << 16 | 30;
    private static final int TUNE_OK = 10 << 16 | 31;
    private static final int OPEN = 10 << 16 | 40;
    private static final int OPEN_OK = 10 << 16 | 41;
    private static final int CHANNEL_OPEN = 20 << 16 | 10;
    private static final int CHANNEL_OPEN_OK = 20 << 16 | 11;
    private static final int DECLARE = 50 << 16 | 10;
    private static final int DECLARE_OK = 50 << 16 | 11;
    private static final int PURGE = 50 << 16 | 30;
    private static final int PURGE_OK = 50 << 16 | 31;
    private static final int CONFIRM = 85 << 16 | 10;
    private static final int CONFIRM_OK = 85 << 16 | 11;
    private static final int QOS = 60 << 16 | 10;
    private static final int QOS_OK = 60 << 16 | 11;
    private static final int CONSUME = 60 << 16 | 20;
    private static final int CONSUME_OK = 60 << 16 | 21;
    private static final int PUBLISH = 60 << 16 | 40;
    private static final int DELIVER = 60 << 16 | 60;
    private static final int ACK = 60 << 16 | 80;

    /** Writes and reads frames. */
    private static final class Frames {
        private final Talk talk;
        private int start;

        Frames(Talk talk) {
            this.talk = talk;
        }

        ByteBuffer begin(int type, int channel) {
            ByteBuffer out = talk.out();
            start = out.position();
            return out.put((byte) type).putShort((short) channel).putInt(0);
        }

        ByteBuffer method(int channel, int number) {
            return begin(METHOD, channel).putInt(number);
        }

        void end() {
            ByteBuffer out = talk.out();
            out.putInt(start + 3, out.position() - start - HEADER_BYTES);
            out.put((byte) END);
        }

        boolean isWhole() {
            ByteBuffer in = talk.in();
            return in.remaining() >= HEADER_BYTES
                    && in.remaining() > HEADER_BYTES + in.getInt(in.position() + 3);
        }

        /** Of the frame that has come wholly: its method, 0 if it is another kind of frame. */
        int method() {
            ByteBuffer in = talk.in();
            return in.get(in.position()) == METHOD ? in.getInt(in.position() + HEADER_BYTES) : 0;
        }

        void pass() {
            ByteBuffer in = talk.in();
            in.position(in.position() + HEADER_BYTES + in.getInt(in.position() + 3) + 1);
        }

        void await() throws IOException {
            while (!isWhole()) {
                talk.receive();
            }
        }

        /** Sends what was written, and passes over everything up to a method. */
        void call(int answer) throws IOException {
            end();
            talk.send();
            pass(answer);
        }

        void pass(int answer) throws IOException {
            for (await(); method() != answer; await()) {
                requireOpen();
                pass();
            }
            pass();
        }

        /** Fails if the server closes the connection or the channel. */
        void requireOpen() throws IOException {
            int method = method();
            if (method == (10 << 16 | 50) || method == (20 << 16 | 40)) {
                ByteBuffer in = talk.in();
                byte[] text = new byte[in.getInt(in.position() + 3)];
                in.get(in.position() + HEADER_BYTES, text);
                throw new IOException("AMQP: " + new String(text, StandardCharsets.US_ASCII));
            }
        }
    }

    private static void shortText(ByteBuffer out, String text) {
        out.put((byte) text.length()).put(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void longText(ByteBuffer out, String text) {
        out.putInt(text.length()).put(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static Frames open(int port) throws IOException {
        Talk talk = new Talk(port);
        Frames frames = new Frames(talk);
        talk.out().put(new byte[] {'A', 'M', 'Q', 'P', 0, 0, 9, 1});
        talk.send();
        frames.pass(START);
        ByteBuffer out = frames.method(0, START_OK).putInt(0);
        shortText(out, "PLAIN");
        longText(out, "\0guest\0guest");
        shortText(out, "en_US");
        frames.call(TUNE);
        // Channels, bytes of a frame, and no heartbeat.
        frames.method(0, TUNE_OK).putShort((short) 2047).putInt(131_072).putShort((short) 0);
        frames.end();
        shortText(frames.method(0, OPEN), "/");
        out.put((byte) 0).put((byte) 0);
        frames.call(OPEN_OK);
        frames.method(CHANNEL, CHANNEL_OPEN).put((byte) 0);
        frames.call(CHANNEL_OPEN_OK);
        return frames;
    }

    @Override
    public void greet(int port) throws IOException {
        open(port).talk.close();
    }

    @Override
    public void prepare(int port, int window) throws IOException {
        Frames frames = open(port);
        ByteBuffer out = frames.method(CHANNEL, DECLARE).putShort((short) 0);
        shortText(out, QUEUE);
        int durable = 2;
        out.put((byte) durable).putInt(0);
        frames.call(DECLARE_OK);
        shortText(frames.method(CHANNEL, PURGE).putShort((short) 0), QUEUE);
        out.put((byte) 0);
        frames.call(PURGE_OK);
        frames.talk.close();
    }

    // ---- Publishing

    @Override
    public Publisher publisher(int port, int batch) throws IOException {
        Frames frames = open(port);
        frames.method(CHANNEL, CONFIRM).put((byte) 0);
        frames.call(CONFIRM_OK);
        return new AmqpPublisher(frames, batch);
    }

    private static final class AmqpPublisher implements Publisher {
        private final Frames frames;
        private final Talk talk;
        private final int batch;
        private long confirmed;

        AmqpPublisher(Frames frames, int batch) {
            this.frames = frames;
            this.talk = frames.talk;
            this.batch = batch;
        }

        @Override
        public void publish(byte[] body) throws IOException {
            for (int i = 0; i < batch; i++) {
                ByteBuffer out = frames.method(CHANNEL, PUBLISH).putShort((short) 0);
                shortText(out, "");
                shortText(out, QUEUE);
                out.put((byte) 0);
                frames.end();
                frames.begin(HEADER, CHANNEL).putInt(60 << 16).putLong(body.length);
                out.putShort((short) DELIVERY_MODE_FLAG).put((byte) PERSISTENT);
                frames.end();
                frames.begin(BODY, CHANNEL).put(body);
                frames.end();
            }
            talk.send();
        }

        @Override
        public long confirmed() throws IOException {
            frames.await();
            while (frames.isWhole()) {
                if (frames.method() == ACK) {
                    ByteBuffer in = talk.in();
                    confirmed = confirmed(in.getLong(in.position() + HEADER_BYTES + 4), in);
                }
                frames.requireOpen();
                frames.pass();
            }
            return confirmed;
        }

        /** RabbitMQ may confirm single messages out of order: then these are counted. */
        private long confirmed(long tag, ByteBuffer in) {
            boolean multiple = in.get(in.position() + HEADER_BYTES + 12) != 0;
            return multiple ? Math.max(tag, confirmed) : Math.max(confirmed + 1, tag);
        }

        @Override
        public void close() throws IOException {
            talk.close();
        }
    }

    // ---- Consuming

    @Override
    public Consumer consumer(int port, int window) throws IOException {
        Frames frames = open(port);
        frames.method(CHANNEL, QOS).putInt(0).putShort((short) window).put((byte) 0);
        frames.call(QOS_OK);
        ByteBuffer out = frames.method(CHANNEL, CONSUME).putShort((short) 0);
        shortText(out, QUEUE);
        shortText(out, "");
        out.put((byte) 0).putInt(0);
        frames.call(CONSUME_OK);
        return new AmqpConsumer(frames);
    }

    /** Acknowledges up to the last message that has come. */
    private static final class AmqpConsumer implements Consumer {
        private final Frames frames;
        private final Talk talk;

        /** Of the message whose body is to come, or came last. */
        private long tag;

        AmqpConsumer(Frames frames) {
            this.frames = frames;
            this.talk = frames.talk;
        }

        @Override
        public int take(LongConsumer taker) throws IOException {
            int count = 0;
            long last = 0;
            ByteBuffer in = talk.in();
            while (count == 0) {
                frames.await();
                for (; frames.isWhole(); frames.pass()) {
                    if (frames.method() == DELIVER) {
                        int tagAt = in.position() + HEADER_BYTES + 4;
                        tag = in.getLong(tagAt + 1 + in.get(tagAt));
                    } else if (in.get(in.position()) == BODY) {
                        taker.accept(in.getLong(in.position() + HEADER_BYTES));
                        last = tag;
                        count++;
                    }
                    frames.requireOpen();
                }
            }
            frames.method(CHANNEL, ACK).putLong(last).put((byte) 1);
            frames.end();
            talk.send();
            return count;
        }

        @Override
        public void close() throws IOException {
            talk.close();
        }
    }
}
