package dev.millrace.kv.bitmap;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.resp.Decimal;
import dev.millrace.kv.string.StringLimit;

/** The place of a bit in a string, as commands name it. */
final class BitOffset {
    private BitOffset() {}

    /** The offset in bits that this argument says, within what a string can hold. */
    static long parse(Call call, int index) {
        return checked(call, call.address(index), call.length(index), 1);
    }

    /** As {@link #parse}; with a # before, it counts fields of {@code bits}. */
    static long parseField(Call call, int index, int bits) {
        long address = call.address(index);
        int length = call.length(index);
        boolean counts = length > 0 && Memory.getByte(address) == '#';
        return counts
                ? checked(call, address + 1, length - 1, bits)
                : checked(call, address, length, 1);
    }

    private static long checked(Call call, long address, int length, int bits) {
        boolean isNumber = Decimal.isLong(address, length);
        long offset = isNumber ? Decimal.parse(address, length) * bits : -1;
        if (offset < 0 || offset >>> 3 >= StringLimit.bytesMax(call)) {
            throw new Refusal("ERR bit offset is not an integer or out of range");
        }
        return offset;
    }
}
