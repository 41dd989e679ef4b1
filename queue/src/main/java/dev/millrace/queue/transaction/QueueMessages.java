package dev.millrace.queue.transaction;

import dev.millrace.kernel.journal.RecordWriter;
import dev.millrace.kernel.transaction.Messages;
import dev.millrace.kernel.transaction.Verdict;
import dev.millrace.queue.amqp.broker.ExchangePublishing;
import dev.millrace.queue.nsq.topic.TopicPublishing;
import dev.millrace.queue.server.QueueLoop;

/** The queue room as a participant: NSQ's topics and AMQP's exchanges under its one lock. */
public final class QueueMessages implements Messages {
    private final QueueLoop loop;
    private final TopicPublishing topics;
    private final ExchangePublishing exchanges;

    public QueueMessages(QueueLoop loop, TopicPublishing topics, ExchangePublishing exchanges) {
        this.loop = loop;
        this.topics = topics;
        this.exchanges = exchanges;
    }

    @Override
    public String room() {
        return "queue";
    }

    @Override
    public boolean waitsForDisk() {
        return loop.waitsForDisk();
    }

    @Override
    public boolean join(RecordWriter record) {
        if (!loop.join(record)) {
            return false;
        }
        exchanges.begin();
        return true;
    }

    @Override
    public void leave(long position) {
        loop.leave(position);
    }

    @Override
    public Verdict publish(String topic, long body, int bodyBytes, long delayMillis) {
        return loop.isCongested()
                ? new Verdict.NotNow()
                : topics.check(topic, body, bodyBytes, delayMillis);
    }

    @Override
    public Verdict publish(String exchange, String routingKey, long body, int bodyBytes) {
        return loop.isCongested()
                ? new Verdict.NotNow()
                : exchanges.check(exchange, routingKey, body, bodyBytes);
    }
}
