package dev.millrace.kv.rdb;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.collection.HashValue;
import dev.millrace.kv.collection.ListValue;
import dev.millrace.kv.collection.SetValue;
import dev.millrace.kv.collection.SortedSetValue;
import dev.millrace.kv.collection.StreamCursor;
import dev.millrace.kv.collection.StreamId;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.resp.DoubleText;
import dev.millrace.kv.store.Database;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Stripes;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A sum over values that does not depend on how they are kept: two servers, Redis or this one, have
 * the same if they have the same keys, values and ends ({@code debug.c}, Redis 7.0).
 *
 * <p>It has 20 bytes, begins with zeros, and takes things in two ways. What has no order, as the
 * members of a set, is <em>added</em>: the thing's SHA-1 is exclusive-ored into it. What has one is
 * <em>mixed in</em>: it is added, and then the sum is replaced by its own SHA-1.
 */
public final class Digest {
    private static final byte[] EXPIRES = ascii("!!expire!!");

    /** Redis has modules' values between hashes and streams. */
    private static final int STREAM_TYPE = 6;

    private final MessageDigest sha1;
    private final Element first;
    private final Element second;

    /** Elements are lent to it, to be filled. */
    public Digest(Element first, Element second) {
        this.first = first;
        this.second = second;
        try {
            sha1 = MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException absent) {
            throw new AssertionError("every Java platform has SHA-1", absent);
        }
    }

    /** Of everything clients have; all stripes are locked. Forty digits. */
    public String of(Stripes stripes) {
        Sum whole = new Sum();
        for (int index = 0; index < Stripe.DATABASES; index++) {
            if (keys(stripes, index) > 0) {
                whole.mix(integer(index));
                for (int i = 0; i < stripes.count(); i++) {
                    addAll(whole, stripes.stripe(i), index);
                }
            }
        }
        return whole.text();
    }

    /** Of one value and its end, without the key's name; zeros if there is none. */
    public String of(Place place) {
        Sum sum = new Sum();
        if (place.exists()) {
            mixValue(sum, place);
        }
        return sum.text();
    }

    private static long keys(Stripes stripes, int database) {
        long keys = 0;
        for (int i = 0; i < stripes.count(); i++) {
            keys += stripes.stripe(i).database(database).items().size();
        }
        return keys;
    }

    private void addAll(Sum whole, Stripe stripe, int index) {
        Database database = stripe.database(index);
        Place place = new Place(stripe);
        long cursor = 0;
        do {
            cursor =
                    database.items()
                            .scan(
                                    cursor,
                                    item -> {
                                        place.set(
                                                stripe,
                                                database,
                                                0,
                                                Item.key(item),
                                                Item.keyLength(item),
                                                item);
                                        Sum key = new Sum();
                                        key.mix(place.copy());
                                        mixValue(key, place);
                                        whole.add(key.bytes);
                                    });
        } while (cursor != 0);
    }

    // ---- Values

    private void mixValue(Sum sum, Place place) {
        long item = place.item();
        int type = Item.type(item);
        sum.mix(integer(type == Item.TYPE_STREAM ? STREAM_TYPE : type));
        switch (type) {
            case Item.TYPE_STRING ->
                    sum.mix(Memory.bytes(Item.value(item), Item.valueLength(item)));
            case Item.TYPE_LIST -> mixList(sum, place);
            case Item.TYPE_SET -> SetValue.each(place, first, member -> sum.add(bytes(member)));
            case Item.TYPE_SORTED_SET -> addSortedSet(sum, place);
            case Item.TYPE_HASH ->
                    HashValue.each(
                            place,
                            first,
                            second,
                            (field, value) -> sum.addPair(bytes(field), bytes(value)));
            case Item.TYPE_STREAM -> mixStream(sum, place);
            default -> throw new AssertionError("type " + type);
        }
        if (Item.expiresAt(item) != 0) {
            sum.add(EXPIRES);
        }
    }

    private void mixList(Sum sum, Place place) {
        ListValue.each(
                place,
                0,
                false,
                first,
                element -> {
                    sum.mix(bytes(element));
                    return true;
                });
    }

    private void addSortedSet(Sum sum, Place place) {
        SortedSetValue.each(
                place,
                0,
                SortedSetValue.size(place),
                false,
                first,
                (member, score) -> {
                    sum.addPair(bytes(member), ascii(DoubleText.of(score)));
                    return true;
                });
    }

    private void mixStream(Sum sum, Place place) {
        StreamCursor entries = StreamCursor.upwards(place, StreamId.MIN, StreamId.MAX);
        while (entries.next()) {
            // In words Redis has a point between both numbers here, and nowhere else.
            sum.mix(ascii(entries.id().toString().replace('-', '.')));
            for (int i = entries.fields(); i > 0; i--) {
                entries.field(first, second);
                sum.mix(bytes(first));
                sum.mix(bytes(second));
            }
        }
    }

    private static byte[] bytes(Element element) {
        return Memory.bytes(element.address(), element.length());
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] integer(int value) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
    }

    private final class Sum {
        private final byte[] bytes = new byte[20];

        void add(byte[] thing) {
            byte[] added = sha1.digest(thing);
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] ^= added[i];
            }
        }

        void mix(byte[] thing) {
            add(thing);
            System.arraycopy(sha1.digest(bytes), 0, bytes, 0, bytes.length);
        }

        void addPair(byte[] name, byte[] value) {
            Sum pair = new Sum();
            pair.mix(name);
            pair.mix(value);
            add(pair.bytes);
        }

        String text() {
            return HexFormat.of().formatHex(bytes);
        }
    }
}
