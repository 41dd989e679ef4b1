package dev.millrace.queue.amqp.method;

/** What a client may send of the class {@code tx}. */
public sealed interface TxMethod extends Method {
    /** {@code tx.select}. */
    record Select() implements TxMethod {}

    /** {@code tx.commit}. */
    record Commit() implements TxMethod {}

    /** {@code tx.rollback}. */
    record Rollback() implements TxMethod {}
}
