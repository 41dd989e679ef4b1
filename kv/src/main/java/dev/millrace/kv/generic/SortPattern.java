package dev.millrace.kv.generic;

import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.collection.HashValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.store.Database;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Stripe;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;

/**
 * What BY and GET of SORT name: a key with an asterisk in the place of the element, {@code ->} and
 * a field if it is a hash's; or {@code #}, the element itself.
 *
 * <p>Texts are bytes as ISO 8859-1 has them. All stripes are locked when keys are looked up.
 *
 * @param prefix what stands before the asterisk
 * @param suffix what stands behind it
 * @param field empty if the key is a string's
 */
record SortPattern(String prefix, String suffix, String field, boolean isConstant, boolean isSelf) {
    private static final String ARROW = "->";

    static SortPattern of(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int star = text.indexOf('*');
        if (star < 0) {
            return new SortPattern("", "", "", true, text.equals("#"));
        }
        String suffix = text.substring(star + 1);
        String field = "";
        int arrow = suffix.indexOf(ARROW);
        if (arrow >= 0 && arrow + ARROW.length() < suffix.length()) {
            field = suffix.substring(arrow + ARROW.length());
            suffix = suffix.substring(0, arrow);
        }
        return new SortPattern(text.substring(0, star), suffix, field, false, false);
    }

    /** What it names for an element; null if there is nothing. */
    byte @Nullable [] value(Call call, byte[] element) {
        if (isSelf) {
            return element;
        }
        if (isConstant) {
            return null;
        }
        NativeBuffer name = call.scratch();
        put(name, prefix);
        name.put(element);
        put(name, suffix);
        int length = (int) name.length();
        put(name, field);
        Place place = place(call, name.address(), length);
        return place.exists() ? read(call, place, name.address() + length) : null;
    }

    private static void put(NativeBuffer out, String text) {
        out.put(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Expired keys are only hidden: there is no space set aside to log that they are gone. */
    private static Place place(Call call, long name, int length) {
        Stripe stripe = call.stripes().of(name, length);
        Database database = stripe.database(call.session().database());
        long hash = KeyHash.of(name, length);
        long item = database.items().find(hash, name, length);
        long expiresAt = item == 0 ? 0 : Item.expiresAt(item);
        boolean hidden = expiresAt != 0 && expiresAt <= call.nowMillis();
        Place place = new Place(stripe);
        place.set(stripe, database, hash, name, length, hidden ? 0 : item);
        return place;
    }

    private byte @Nullable [] read(Call call, Place place, long fieldAddress) {
        int type = Item.type(place.item());
        if (field.isEmpty()) {
            return type == Item.TYPE_STRING
                    ? copy(call, Item.value(place.item()), Item.valueLength(place.item()))
                    : null;
        }
        Element value = call.otherElement();
        boolean found =
                type == Item.TYPE_HASH && HashValue.get(place, fieldAddress, field.length(), value);
        return found ? copy(call, value.address(), value.length()) : null;
    }

    /** A copy on the heap, of which there is not too much. */
    static byte[] copy(Call call, long address, int length) {
        call.takeHeap(length + Sorting.ELEMENT_HEAP_BYTES);
        return Memory.bytes(address, length);
    }
}
