package dev.millrace.bench.queue;

import java.io.IOException;
import java.util.function.LongConsumer;

/** A protocol, as lean as a client can speak it. */
interface Wire {
    /** The name of the one queue, topic or stream. */
    String QUEUE = "bench";

    /**
     * Makes the queue, empty, and whatever its consumers need.
     *
     * @param window how many messages all consumers together may have unacknowledged
     */
    void prepare(int port, int window) throws IOException;

    /** A new publisher, which publishes so many messages at a time. */
    Publisher publisher(int port, int batch) throws IOException;

    /**
     * A new consumer.
     *
     * @param window how many messages it may have unacknowledged
     */
    Consumer consumer(int port, int window) throws IOException;

    /** Returns when the server serves. */
    void greet(int port) throws IOException;

    /** Publishes, and is told what is safe. One thread may publish while another waits. */
    interface Publisher extends AutoCloseable {
        /** Sends a batch of the same message. */
        void publish(byte[] body) throws IOException;

        /** Waits for a confirmation; how many messages have been confirmed by now. */
        long confirmed() throws IOException;

        @Override
        void close() throws IOException;
    }

    /** Receives messages and acknowledges each. */
    interface Consumer extends AutoCloseable {
        /**
         * Waits for messages, and acknowledges all that have come.
         *
         * @param taker is given the first eight bytes of each body
         * @return how many came
         */
        int take(LongConsumer taker) throws IOException;

        @Override
        void close() throws IOException;
    }
}
