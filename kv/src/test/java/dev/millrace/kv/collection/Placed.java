package dev.millrace.kv.collection;

import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Stripe;

import java.nio.charset.StandardCharsets;

/** A stripe with a place for one key, and values to put there. */
final class Placed {
    final Stripe stripe = new Stripe();
    final Place place = new Place(stripe);
    private final NativeBuffer key = new NativeBuffer(8);
    private final NativeBuffer value = new NativeBuffer(1 << 16);
    private final NativeBuffer other = new NativeBuffer(1 << 16);
    private final long usedBytes = stripe.slabs().usedBytes();

    Placed() {
        key.putByte('k');
        place.set(stripe, stripe.database(0), KeyHash.of(key.address(), 1), key.address(), 1, 0);
    }

    /** A text's bytes; good until the next of these. */
    long value(String text) {
        return put(value, text);
    }

    long other(String text) {
        return put(other, text);
    }

    private static long put(NativeBuffer buffer, String text) {
        buffer.clear();
        buffer.put(text.getBytes(StandardCharsets.ISO_8859_1));
        return buffer.address();
    }

    static String text(Element element) {
        byte[] bytes = Memory.bytes(element.address(), element.length());
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Deletes what is there, frees it, and returns what is still taken: nothing, it should be. */
    long deleteAll() {
        if (place.exists()) {
            Members.deleteItem(place);
        }
        while (stripe.sweep(1000, Parts::freeSomeOf)) {
            // Until nothing is left.
        }
        return stripe.slabs().usedBytes() - usedBytes;
    }
}
