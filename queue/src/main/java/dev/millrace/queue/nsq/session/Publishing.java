package dev.millrace.queue.nsq.session;

import dev.millrace.queue.nsq.topic.Topic;
import dev.millrace.queue.nsq.topic.Topics;
import dev.millrace.queue.nsq.wire.Batch;
import dev.millrace.queue.nsq.wire.Body;
import dev.millrace.queue.nsq.wire.Line;
import dev.millrace.queue.nsq.wire.Names;
import dev.millrace.queue.nsq.wire.Refusal;

import io.netty.buffer.ByteBuf;

import java.util.List;

/** What producers say. OK is sent when all of it is durable. */
final class Publishing {
    static final List<Verb.Named> VERBS =
            List.of(
                    new Verb.Named("PUB", new Pub()),
                    new Verb.Named("MPUB", new Mpub()),
                    new Verb.Named("DPUB", new Dpub()));

    private static final String OK = "OK";

    private Publishing() {}

    /** Looks at the topic, which is the first parameter of all of them. */
    private static void check(Line line, String verb, int words) throws Refusal {
        if (line.words() < words) {
            throw Refusal.closing("E_INVALID", verb + " insufficient number of parameters");
        }
        if (!Names.isValid(line.text(1))) {
            throw Names.badTopic(verb, line.quoted(1));
        }
    }

    private static final class Pub implements Verb {
        @Override
        public Body begin(Client client, Line line) throws Refusal {
            check(line, "PUB", 2);
            return Body.message("PUB", client.node().limits().messageBytesMax());
        }

        @Override
        public boolean perform(Client client, Line line, ByteBuf body) throws Refusal {
            client.requireAuthorized("PUB");
            int bytes = body.readableBytes();
            if (!client.admit("PUB", Topics.CREATE_BYTES + Topic.publishBytes(1, bytes))) {
                return false;
            }
            Topic topic = client.node().topics().topic(line.text(1));
            topic.publish(client.node().address(body, bytes), bytes);
            topic.published();
            client.published(topic, 1);
            client.respondWhenDurable(OK);
            return true;
        }
    }

    private static final class Mpub implements Verb {
        @Override
        public Body begin(Client client, Line line) throws Refusal {
            check(line, "MPUB", 2);
            client.requireAuthorized("MPUB");
            return Body.of("MPUB", client.node().limits().bodyBytesMax());
        }

        @Override
        public boolean perform(Client client, Line line, ByteBuf body) throws Refusal {
            int bytesMax = client.node().limits().messageBytesMax();
            int count = Batch.check(body, bytesMax, client.node().limits().bodyBytesMax());
            long bytes = Topic.publishBytes(count, body.readableBytes());
            if (!client.admit("MPUB", Topics.CREATE_BYTES + bytes)) {
                return false;
            }
            Topic topic = client.node().topics().topic(line.text(1));
            Batch.forEach(
                    body, (from, size) -> topic.publish(client.node().address(from, size), size));
            topic.published();
            client.published(topic, count);
            client.respondWhenDurable(OK);
            return true;
        }
    }

    private static final class Dpub implements Verb {
        @Override
        public Body begin(Client client, Line line) throws Refusal {
            check(line, "DPUB", 3);
            long delay = line.decimal(2);
            if (delay == Line.NO_NUMBER) {
                throw Refusal.closing("E_INVALID", "DPUB could not parse timeout " + line.text(2));
            }
            client.node().limits().requireDelay("DPUB", delay);
            return Body.message("DPUB", client.node().limits().messageBytesMax());
        }

        @Override
        public boolean perform(Client client, Line line, ByteBuf body) throws Refusal {
            client.requireAuthorized("DPUB");
            Node node = client.node();
            int bytes = body.readableBytes();
            String name = line.text(1);
            if (!client.admit("DPUB", node.topics().publishLaterBytes(name, bytes))) {
                return false;
            }
            Topic topic = node.topics().topic(name);
            long address = node.address(body, bytes);
            node.topics().publish(topic, address, bytes, line.decimal(2));
            client.published(topic, 1);
            client.respondWhenDurable(OK);
            return true;
        }
    }
}
