package dev.millrace.queue.nsq.session;

import dev.millrace.queue.nsq.identify.Agreement;
import dev.millrace.queue.nsq.identify.Identity;
import dev.millrace.queue.nsq.wire.Body;
import dev.millrace.queue.nsq.wire.Line;
import dev.millrace.queue.nsq.wire.Refusal;

import io.netty.buffer.ByteBuf;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;

/** Who a client is, and that it is there. */
final class Greeting {
    static final List<Verb.Named> VERBS =
            List.of(
                    new Verb.Named("NOP", (client, line, body) -> true),
                    new Verb.Named("IDENTIFY", new Identify()),
                    new Verb.Named("AUTH", new Auth()));

    private Greeting() {}

    private static Refusal invalid(String reason) {
        return Refusal.closing("E_INVALID", reason);
    }

    private static final class Identify implements Verb {
        @Override
        public Body begin(Client client, Line line) throws Refusal {
            if (!client.isFresh()) {
                throw invalid("cannot IDENTIFY in current state");
            }
            return Body.of("IDENTIFY", client.node().limits().bodyBytesMax());
        }

        @Override
        public boolean perform(Client client, Line line, ByteBuf body) throws Refusal {
            Identity identity = Identity.read(body.duplicate());
            Agreement agreed =
                    Agreement.on(identity, client.node().limits(), client.node().tls().isPresent());
            return client.agree(identity, agreed);
        }
    }

    /** The one secret that all clients share; nsqd asks an HTTP server instead. */
    private static final class Auth implements Verb {
        private static final String ANSWER =
                "{\"identity\":\"millrace\",\"identity_url\":\"\",\"permission_count\":1}";

        @Override
        public Body begin(Client client, Line line) throws Refusal {
            if (!client.isFresh()) {
                throw invalid("cannot AUTH in current state");
            }
            if (line.words() != 1) {
                throw invalid("AUTH invalid number of parameters");
            }
            return Body.of("AUTH", client.node().limits().bodyBytesMax());
        }

        @Override
        public boolean perform(Client client, Line line, ByteBuf body) throws Refusal {
            if (client.node().secret().isEmpty()) {
                throw Refusal.closing("E_AUTH_DISABLED", "AUTH disabled");
            }
            if (client.isAuthorized()) {
                throw invalid("AUTH already set");
            }
            byte[] given = new byte[body.readableBytes()];
            body.readBytes(given);
            byte[] secret = client.node().secret().getBytes(StandardCharsets.UTF_8);
            if (!MessageDigest.isEqual(given, secret)) {
                throw Refusal.closing("E_UNAUTHORIZED", "AUTH no authorizations found");
            }
            client.authorize();
            client.respond(ANSWER);
            return true;
        }
    }
}
