package dev.millrace.queue.nsq.session;

import dev.millrace.queue.dispatch.Group;
import dev.millrace.queue.nsq.topic.Channel;
import dev.millrace.queue.nsq.topic.InFlight;
import dev.millrace.queue.nsq.topic.Topics;
import dev.millrace.queue.nsq.wire.Line;
import dev.millrace.queue.nsq.wire.Names;
import dev.millrace.queue.nsq.wire.Refusal;

import io.netty.buffer.ByteBuf;

import java.util.List;

/** What consumers say. */
final class Consuming {
    static final List<Verb.Named> VERBS =
            List.of(
                    new Verb.Named("FIN", new Fin()),
                    new Verb.Named("RDY", new Rdy()),
                    new Verb.Named("REQ", new Req()),
                    new Verb.Named("TOUCH", new Touch()),
                    new Verb.Named("SUB", new Sub()),
                    new Verb.Named("CLS", new Cls()));

    private Consuming() {}

    private static Refusal invalid(String reason) {
        return Refusal.closing("E_INVALID", reason);
    }

    private static void require(Line line, int words, String verb) throws Refusal {
        if (line.words() < words) {
            throw invalid(verb + " insufficient number of params");
        }
    }

    /** The message that a line names. */
    private static InFlight owned(Client client, Line line, String verb, int words) throws Refusal {
        Channel channel = client.channelFor(verb);
        require(line, words, verb);
        return channel.owned(client, line.messageId(1), verb, line.text(1));
    }

    private static final class Sub implements Verb {
        @Override
        public boolean perform(Client client, Line line, ByteBuf body) throws Refusal {
            if (!client.isFresh()) {
                throw invalid("cannot SUB in current state");
            }
            if (client.agreement().heartbeatMillis() <= 0) {
                throw invalid("cannot SUB with heartbeats disabled");
            }
            if (line.words() < 3) {
                throw invalid("SUB insufficient number of parameters");
            }
            if (!Names.isValid(line.text(1))) {
                throw Names.badTopic("SUB", line.quoted(1));
            }
            if (!Names.isValid(line.text(2))) {
                throw Refusal.closing(
                        "E_BAD_CHANNEL", "SUB channel name " + line.quoted(2) + " is not valid");
            }
            client.requireAuthorized("SUB");
            if (!client.admit("SUB", 2 * Topics.CREATE_BYTES)) {
                return false;
            }
            client.subscribe(client.node().topics().topic(line.text(1)).channel(line.text(2)));
            client.respondWhenDurable("OK");
            return true;
        }
    }

    private static final class Rdy implements Verb {
        @Override
        public boolean perform(Client client, Line line, ByteBuf body) throws Refusal {
            if (client.isLeaving()) {
                return true;
            }
            client.channelFor("RDY");
            long count = line.words() > 1 ? line.decimal(1) : 1;
            if (count == Line.NO_NUMBER) {
                throw invalid("RDY could not parse count " + line.text(1));
            }
            int most = client.node().limits().readyMax();
            if (count > most) {
                throw invalid("RDY count " + count + " out of range 0-" + most);
            }
            client.ready((int) count);
            return true;
        }
    }

    private static final class Fin implements Verb {
        @Override
        public boolean perform(Client client, Line line, ByteBuf body) throws Refusal {
            InFlight message = owned(client, line, "FIN", 2);
            if (!client.admit("FIN", Group.BYTES_MAX)) {
                return false;
            }
            client.channelFor("FIN").finish(message);
            client.finished();
            return true;
        }
    }

    private static final class Req implements Verb {
        @Override
        public boolean perform(Client client, Line line, ByteBuf body) throws Refusal {
            Channel channel = client.channelFor("REQ");
            require(line, 3, "REQ");
            long id = line.messageId(1);
            long delay = line.decimal(2);
            if (delay == Line.NO_NUMBER) {
                throw invalid("REQ could not parse timeout " + line.text(2));
            }
            InFlight message = channel.owned(client, id, "REQ", line.text(1));
            if (!client.admit("REQ", channel.requeueBytes(message))) {
                return false;
            }
            long most = client.node().limits().deferMillisMax();
            if (!channel.requeue(message, Math.min(delay, most))) {
                client.trySoon();
                return false;
            }
            client.requeued();
            return true;
        }
    }

    private static final class Touch implements Verb {
        @Override
        public boolean perform(Client client, Line line, ByteBuf body) throws Refusal {
            InFlight message = owned(client, line, "TOUCH", 2);
            client.channelFor("TOUCH").touch(message);
            return true;
        }
    }

    private static final class Cls implements Verb {
        @Override
        public boolean perform(Client client, Line line, ByteBuf body) throws Refusal {
            if (client.isFresh() || client.isLeaving()) {
                throw invalid("cannot CLS in current state");
            }
            client.leave();
            client.respond("CLOSE_WAIT");
            return true;
        }
    }
}
