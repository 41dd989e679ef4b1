package dev.millrace.kv.operator;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.resp.Reply;

import java.util.Locale;

/** DEBUG PROTOCOL: a value of each type of reply, as Redis has them, to try a client with. */
final class ProtocolSample {
    private static final int ITEMS = 3;

    private ProtocolSample() {}

    static void answer(Call call) {
        Reply reply = call.reply();
        switch (call.text(2).toLowerCase(Locale.ROOT)) {
            case "string" -> reply.bulk("Hello World");
            case "integer" -> reply.integer(12345);
            case "double" -> reply.number(3.141);
            case "bignum" -> reply.bigNumber("1234567999999999999999999999999999999");
            case "null" -> reply.nullBulk();
            case "array" -> {
                reply.array(ITEMS);
                items(reply);
            }
            case "set" -> {
                reply.set(ITEMS);
                items(reply);
            }
            case "map" -> map(reply);
            case "attrib" -> attribute(reply);
            case "push" -> push(reply);
            case "true" -> reply.bool(true);
            case "false" -> reply.bool(false);
            case "verbatim" -> reply.verbatim("This is a verbatim\nstring");
            default ->
                    throw new Refusal(
                            "ERR Wrong protocol type name. Please use one of the following:"
                                    + " string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false");
        }
    }

    private static void items(Reply reply) {
        for (int i = 0; i < ITEMS; i++) {
            reply.integer(i);
        }
    }

    private static void map(Reply reply) {
        reply.map(ITEMS);
        for (int i = 0; i < ITEMS; i++) {
            reply.integer(i);
            reply.bool(i == 1);
        }
    }

    private static void attribute(Reply reply) {
        if (reply.protocol() > 2) {
            reply.attribute(1);
            reply.bulk("key-popularity");
            reply.array(2);
            reply.bulk("key:123");
            reply.integer(90);
        }
        reply.bulk("Some real reply following the attribute");
    }

    private static void push(Reply reply) {
        if (reply.protocol() == 2) {
            throw new Refusal("ERR RESP2 is not supported by this command");
        }
        reply.push(2);
        reply.bulk("server-cpu-usage");
        reply.integer(42);
        reply.bulk("Some real reply following the push reply");
    }
}
