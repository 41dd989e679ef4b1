package dev.millrace.bench.client;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/** Random GETs, every tenth a SET, as RESP bytes. The same sequence every time. */
public final class GetsAndSets implements Requests {
    private static final int SET_ONE_IN = 10;
    private static final int SEED = 1;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Keys keys;
    private final byte[] get;
    private final byte[] set;
    private final byte[] setEnd;

    /** One value for all keys, which are drawn at random. */
    public GetsAndSets(Keys keys, String value) {
        this.keys = keys;
        String key = "$" + keys.bytes() + "\r\n";
        this.get = ascii("*2\r\n$3\r\nGET\r\n" + key);
        this.set = ascii("*3\r\n$3\r\nSET\r\n" + key);
        this.setEnd = ascii("\r\n$" + value.length() + "\r\n" + value + "\r\n");
    }

    @Override
    public ByteBuf draw(ByteBufAllocator allocator) {
        boolean writes = random.nextInt(SET_ONE_IN) == 0;
        String key = keys.key(random.nextInt(keys.count()));
        ByteBuf request = allocator.directBuffer(set.length + key.length() + setEnd.length);
        request.writeBytes(writes ? set : get);
        request.writeCharSequence(key, StandardCharsets.US_ASCII);
        return writes ? request.writeBytes(setEnd) : request.writeShort('\r' << 8 | '\n');
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
