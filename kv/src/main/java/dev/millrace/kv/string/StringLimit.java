package dev.millrace.kv.string;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Refusal;

/** How long a string may become: {@code proto-max-bulk-len}, and what an item can hold. */
public final class StringLimit {
    /** An item's lengths are ints; the rest is its header, its key and room to grow. */
    private static final int ITEM_BYTES_MAX = Integer.MAX_VALUE - (1 << 24);

    private StringLimit() {}

    /** In bytes. What the server that we follow has made is not too large. */
    public static long bytesMax(Call call) {
        if (call.session().isMaster()) {
            return ITEM_BYTES_MAX;
        }
        return Math.min(call.server().config().protoMaxBulkLen(), ITEM_BYTES_MAX);
    }

    /** Refuses a string of {@code bytes} with {@code more} behind; neither is negative. */
    static void require(Call call, long bytes, long more) {
        if (more > bytesMax(call) - bytes) {
            throw new Refusal("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
        }
    }
}
