package dev.millrace.queue.nsq.topic;

import dev.millrace.kernel.transaction.Verdict;
import dev.millrace.queue.nsq.wire.Body;
import dev.millrace.queue.nsq.wire.Names;
import dev.millrace.queue.nsq.wire.Refusal;

/**
 * PUB and DPUB for others of the process, as a part of their records: the same rules, words and
 * ways. Under the store's lock.
 */
public final class TopicPublishing {
    /** In whose name a refusal is said. */
    private static final String VERB = "MR.PUB";

    private final Topics topics;

    public TopicPublishing(Topics topics) {
        this.topics = topics;
    }

    /** Whether a message can be published; see {@link dev.millrace.kernel.transaction.Messages}. */
    public Verdict check(String topic, long body, int bodyBytes, long delayMillis) {
        try {
            Names.requireTopic(VERB, topic);
            Body.message(VERB, topics.limits().messageBytesMax()).check(bodyBytes);
            topics.limits().requireDelay(VERB, delayMillis);
        } catch (Refusal refusal) {
            return new Verdict.Refused(refusal.text());
        }
        return new Verdict.Allowed(
                bytes(topic, bodyBytes, delayMillis),
                () -> {
                    topics.publish(topics.topic(topic), body, bodyBytes, delayMillis);
                    return 1;
                });
    }

    private long bytes(String topic, int bodyBytes, long delayMillis) {
        return delayMillis > 0
                ? topics.publishLaterBytes(topic, bodyBytes)
                : Topics.CREATE_BYTES + Topic.publishBytes(1, bodyBytes);
    }
}
