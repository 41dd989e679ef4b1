package dev.millrace.bench.queue;

import dev.millrace.bench.client.Talk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;

/** NSQ's protocol V2: PUB or MPUB, RDY and FIN. */
final class NsqWire implements Wire {
    private static final int FRAME_HEADER_BYTES = 8;
    private static final int RESPONSE = 0;
    private static final int ERROR = 1;

    /** timestamp i64 | attempts u16 | id, 16 octets. */
    private static final int MESSAGE_HEADER_BYTES = 26;

    private static final int ID_AT = 10;
    private static final int ID_BYTES = 16;
    private static final byte[] FIN = "FIN ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NOP = "NOP\n".getBytes(StandardCharsets.US_ASCII);

    private static boolean isWhole(ByteBuffer in) {
        return in.remaining() >= FRAME_HEADER_BYTES
                && in.remaining() >= 4 + in.getInt(in.position());
    }

    /** The type of the frame that has come wholly. */
    private static int type(ByteBuffer in) throws IOException {
        int type = in.getInt(in.position() + 4);
        if (type == ERROR) {
            byte[] text = new byte[in.getInt(in.position()) - 4];
            in.get(in.position() + FRAME_HEADER_BYTES, text);
            throw new IOException("NSQ: " + new String(text, StandardCharsets.US_ASCII));
        }
        return type;
    }

    private static void pass(ByteBuffer in) {
        in.position(in.position() + 4 + in.getInt(in.position()));
    }

    private static void awaitOk(Talk talk) throws IOException {
        ByteBuffer in = talk.in();
        while (!isWhole(in)) {
            talk.receive();
        }
        if (type(in) != RESPONSE) {
            throw new IOException("NSQ: a message where a response was expected");
        }
        pass(in);
    }

    @Override
    public void greet(int port) throws IOException {
        open(port, -1).close();
    }

    @Override
    public void prepare(int port, int window) throws IOException {
        consumer(port, 0).close();
    }

    @Override
    public Publisher publisher(int port, int batch) throws IOException {
        return new NsqPublisher(open(port, -1), batch);
    }

    private static Talk open(int port, int heartbeatMillis) throws IOException {
        Talk talk = new Talk(port);
        talk.text("  V2IDENTIFY\n");
        String json = "{\"heartbeat_interval\":" + heartbeatMillis + "}";
        talk.out().putInt(json.length());
        talk.text(json);
        talk.send();
        awaitOk(talk);
        return talk;
    }

    private static final class NsqPublisher implements Publisher {
        private final Talk talk;
        private final int batch;
        private long confirmed;

        NsqPublisher(Talk talk, int batch) {
            this.talk = talk;
            this.batch = batch;
        }

        @Override
        public void publish(byte[] body) throws IOException {
            ByteBuffer out = talk.out();
            if (batch == 1) {
                talk.text("PUB " + QUEUE + "\n");
                out.putInt(body.length).put(body);
            } else {
                talk.text("MPUB " + QUEUE + "\n");
                out.putInt(4 + batch * (4 + body.length)).putInt(batch);
                for (int i = 0; i < batch; i++) {
                    out.putInt(body.length).put(body);
                }
            }
            talk.send();
        }

        @Override
        public long confirmed() throws IOException {
            awaitOk(talk);
            confirmed += batch;
            return confirmed;
        }

        @Override
        public void close() throws IOException {
            talk.close();
        }
    }

    @Override
    public Consumer consumer(int port, int window) throws IOException {
        Talk talk = open(port, 60_000);
        talk.text("SUB " + QUEUE + " all\n");
        talk.send();
        awaitOk(talk);
        talk.text("RDY " + window + "\n");
        talk.send();
        return new NsqConsumer(talk);
    }

    private record NsqConsumer(Talk talk) implements Consumer {
        @Override
        public int take(LongConsumer taker) throws IOException {
            ByteBuffer in = talk.in();
            while (!isWhole(in)) {
                talk.receive();
            }
            int count = 0;
            for (; isWhole(in); pass(in)) {
                if (type(in) == RESPONSE) {
                    talk.out().put(NOP);
                } else {
                    message(in, in.position() + FRAME_HEADER_BYTES, taker);
                    count++;
                }
            }
            talk.send();
            return count;
        }

        private void message(ByteBuffer in, int data, LongConsumer taker) {
            taker.accept(in.getLong(data + MESSAGE_HEADER_BYTES));
            ByteBuffer out = talk.out().put(FIN);
            out.put(out.position(), in, data + ID_AT, ID_BYTES);
            out.position(out.position() + ID_BYTES);
            out.put((byte) '\n');
        }

        @Override
        public void close() throws IOException {
            talk.close();
        }
    }
}
