package dev.millrace.bench.client;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** What an open loop sends, one request after another. */
@FunctionalInterface
public interface Requests {
    /** The next request as RESP bytes, in a buffer that the caller releases. */
    ByteBuf draw(ByteBufAllocator allocator);
}
