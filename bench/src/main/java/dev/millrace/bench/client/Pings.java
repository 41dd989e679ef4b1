package dev.millrace.bench.client;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

import java.nio.charset.StandardCharsets;

/** PING and GET of an absent key by turns: what should never have to wait. */
public final class Pings implements Requests {
    private static final byte[] PING = ascii("*1\r\n$4\r\nPING\r\n");
    private static final byte[] GET = ascii("*2\r\n$3\r\nGET\r\n$6\r\nabsent\r\n");

    private boolean get;

    @Override
    public ByteBuf draw(ByteBufAllocator allocator) {
        byte[] request = get ? GET : PING;
        get = !get;
        return allocator.directBuffer(request.length).writeBytes(request);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
