package dev.millrace.queue.amqp.session;

import dev.millrace.queue.amqp.method.ConnectionMethod;
import dev.millrace.queue.amqp.method.ConnectionReply;
import dev.millrace.queue.amqp.wire.AmqpError;
import dev.millrace.queue.amqp.wire.FieldValue;
import dev.millrace.queue.amqp.wire.Table;
import dev.millrace.queue.amqp.wire.WireReader;

import io.netty.buffer.Unpooled;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;

/** What is said before a connection runs: who the server is, who the client is, what both can. */
final class Handshake {
    private static final Table CAPABILITIES =
            Table.EMPTY
                    .with("publisher_confirms", true)
                    .with("exchange_exchange_bindings", true)
                    .with("basic.nack", true)
                    .with("consumer_cancel_notify", true)
                    .with("connection.blocked", true)
                    .with("consumer_priorities", true)
                    .with("authentication_failure_close", true)
                    .with("per_consumer_qos", true)
                    .with("direct_reply_to", true);

    /** Clients ask for the product's name before they rely on what RabbitMQ does its own way. */
    private static final Table PROPERTIES =
            Table.EMPTY
                    .with("capabilities", CAPABILITIES)
                    .with("product", "RabbitMQ")
                    .with("version", "3.10.8")
                    .with("platform", "Millrace")
                    .with("information", "Millrace: AMQP 0-9-1 as RabbitMQ speaks it");

    private static final String PLAIN = "PLAIN";
    private static final String AMQPLAIN = "AMQPLAIN";
    private static final String EXTERNAL = "EXTERNAL";
    private static final String BY_PASSWORD = PLAIN + " " + AMQPLAIN;

    private Handshake() {}

    static ConnectionReply.Start start(boolean certified) {
        return new ConnectionReply.Start(
                0, 9, PROPERTIES, certified ? "EXTERNAL " + BY_PASSWORD : BY_PASSWORD, "en_US");
    }

    /**
     * Who the client is.
     *
     * @param certifiedName by its certificate; empty if it has none
     * @throws AmqpError if it is nobody
     */
    static String login(ConnectionMethod.StartOk ok, Options options, String certifiedName) {
        if (ok.mechanism().equals(PLAIN)) {
            return plain(ok.response().text(), options);
        }
        if (ok.mechanism().equals(AMQPLAIN)) {
            return amqplain(ok.response(), options);
        }
        if (ok.mechanism().equals(EXTERNAL) && !certifiedName.isEmpty()) {
            if (certifiedName.equals(options.user())) {
                return certifiedName;
            }
            throw refused(EXTERNAL);
        }
        throw AmqpError.commandInvalid("unknown authentication mechanism '" + ok.mechanism() + "'");
    }

    /** RFC 4616: authorization, NUL, user, NUL, password. */
    private static String plain(String response, Options options) {
        String[] parts = response.split("\0", -1);
        if (parts.length != 3) {
            throw AmqpError.syntaxError("response to PLAIN is not as RFC 4616 has it");
        }
        return known(parts[1], parts[2], options, PLAIN);
    }

    /** RabbitMQ's own from before there were standards: a table without its length. */
    private static String amqplain(FieldValue.Text response, Options options) {
        Table fields = new WireReader(Unpooled.wrappedBuffer(response.bytes())).fields();
        Optional<String> user = fields.text("LOGIN");
        Optional<String> password = fields.text("PASSWORD");
        if (user.isEmpty() || password.isEmpty()) {
            throw AmqpError.syntaxError("AMQPLAIN auth info is missing LOGIN or PASSWORD field");
        }
        return known(user.get(), password.get(), options, AMQPLAIN);
    }

    private static String known(String user, String password, Options options, String mechanism) {
        // Both are compared whole, so that the time says nothing of them.
        boolean rightUser = same(user, options.user());
        boolean rightPassword = same(password, options.password());
        if (!rightUser || !rightPassword) {
            throw refused(mechanism);
        }
        return user;
    }

    private static boolean same(String given, String wanted) {
        return MessageDigest.isEqual(
                given.getBytes(StandardCharsets.UTF_8), wanted.getBytes(StandardCharsets.UTF_8));
    }

    private static AmqpError refused(String mechanism) {
        return AmqpError.accessRefused(
                "Login was refused using authentication mechanism "
                        + mechanism
                        + ". For details see the broker logfile.");
    }

    /** Refuses a limit beyond what was offered; 0 is none at all. */
    static void requireNegotiated(String what, long min, long max, long value) {
        if (value != 0 && value < min) {
            throw AmqpError.notAllowed(
                    "negotiated %s = %d is lower than the minimum allowed value (%d)"
                            .formatted(what, value, min));
        }
        if (value == 0 || value > max) {
            throw AmqpError.notAllowed(
                    "negotiated %s = %d is higher than the maximum allowed value (%d)"
                            .formatted(what, value, max));
        }
    }
}
