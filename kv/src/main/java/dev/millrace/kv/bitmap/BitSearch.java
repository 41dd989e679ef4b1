package dev.millrace.kv.bitmap;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Refusal;

import java.util.List;

/** BITCOUNT and BITPOS. */
public final class BitSearch {
    private BitSearch() {}

    public static List<Command> all() {
        return List.of(
                Command.named("bitcount")
                        .since("2.6.0")
                        .group("bitmap")
                        .complexity("O(N)")
                        .summary("Count set bits in a string")
                        .arity(-2)
                        .keys(Keys.one())
                        .flags(Flag.READONLY)
                        .categories("bitmap")
                        .does(BitSearch::count),
                Command.named("bitpos")
                        .since("2.8.7")
                        .group("bitmap")
                        .complexity("O(N)")
                        .summary("Find first bit set or clear in a string")
                        .arity(-3)
                        .keys(Keys.one())
                        .flags(Flag.READONLY)
                        .categories("bitmap")
                        .does(BitSearch::position));
    }

    private static void count(Call call) {
        Key key = call.read(1).requireString();
        call.reply().integer(key.exists() ? range(call, key).count() : 0);
    }

    private static BitRange range(Call call, Key key) {
        if (call.count() == 2) {
            return BitRange.of(key.value(), key.valueLength(), 0, -1, false);
        }
        if (call.count() != 4 && call.count() != 5) {
            throw Refusal.SYNTAX;
        }
        long start = call.integer(2);
        long end = call.integer(3);
        if (start < 0 && end < 0 && start > end) {
            return new BitRange(key.value(), 1, 0); // before the unit is looked at, as Redis does
        }
        boolean byBit = call.count() == 5 && BitRange.isByBit(call, 4);
        return BitRange.of(key.value(), key.valueLength(), start, end, byBit);
    }

    private static void position(Call call) {
        long wanted = call.integer(2);
        if (wanted != 0 && wanted != 1) {
            throw new Refusal("ERR The bit argument must be 1 or 0.");
        }
        boolean bit = wanted == 1;
        Key key = call.read(1).requireString();
        if (!key.exists()) {
            call.reply().integer(bit ? -1 : 0);
            return;
        }
        if (call.count() > 6) {
            throw Refusal.SYNTAX;
        }
        long start = call.count() > 3 ? call.integer(3) : 0;
        boolean byBit = call.count() == 6 && BitRange.isByBit(call, 5);
        boolean endIsGiven = call.count() > 4;
        long end = endIsGiven ? call.integer(4) : -1;
        BitRange range = BitRange.of(key.value(), key.valueLength(), start, end, byBit);
        long found = range.find(bit);
        // Without an end the string goes on with zeros.
        boolean isBehind = found < 0 && !bit && !endIsGiven && range.first() <= range.last();
        call.reply().integer(isBehind ? range.last() + 1 : found);
    }
}
