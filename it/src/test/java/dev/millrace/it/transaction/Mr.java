package dev.millrace.it.transaction;

import redis.clients.jedis.commands.ProtocolCommand;

import java.nio.charset.StandardCharsets;

/** The commands that a client of Redis does not know by name. */
enum Mr implements ProtocolCommand {
    PUB,
    PUBX,
    APPEND;

    @Override
    public byte[] getRaw() {
        return ("MR." + name()).getBytes(StandardCharsets.US_ASCII);
    }
}
