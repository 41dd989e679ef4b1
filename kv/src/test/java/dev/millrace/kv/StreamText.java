package dev.millrace.kv;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.collection.Pending;
import dev.millrace.kv.collection.StreamConsumer;
import dev.millrace.kv.collection.StreamGroup;
import dev.millrace.kv.collection.StreamId;
import dev.millrace.kv.collection.StreamValue;
import dev.millrace.kv.packed.Listpack;
import dev.millrace.kv.store.Place;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * All that a stream holds: where its trees are cut into leaves is not told, for that is another way
 * after a checkpoint was loaded.
 */
final class StreamText {
    private StreamText() {}

    static String of(Place place) {
        List<String> texts = new ArrayList<>();
        texts.add(
                StreamValue.length(place)
                        + " of "
                        + StreamValue.added(place)
                        + " from "
                        + StreamValue.first(place)
                        + " to "
                        + StreamValue.last(place)
                        + " deleted "
                        + StreamValue.deleted(place));
        StreamValue.eachNode(
                place,
                (ms, seq, pack) ->
                        texts.add(new StreamId(ms, seq) + " " + latin(pack, Listpack.bytes(pack))));
        for (int i = 0; i < StreamValue.groups(place); i++) {
            addGroup(StreamValue.group(place, i), texts);
        }
        return texts.toString();
    }

    private static void addGroup(long group, List<String> texts) {
        texts.add(
                latin(StreamGroup.name(group), StreamGroup.nameLength(group))
                        + " read "
                        + StreamGroup.read(group)
                        + " to "
                        + StreamGroup.last(group));
        addPending(Pending.of(group), texts);
        for (int i = 0; i < StreamGroup.consumers(group); i++) {
            long consumer = StreamGroup.consumer(group, i);
            texts.add(consumer(consumer) + " seen " + StreamConsumer.seenMillis(consumer));
            addPending(Pending.of(group, consumer), texts);
        }
    }

    private static String consumer(long consumer) {
        return latin(StreamConsumer.name(consumer), StreamConsumer.nameLength(consumer));
    }

    private static void addPending(Pending pending, List<String> texts) {
        for (boolean is = pending.from(StreamId.MIN); is; is = pending.next()) {
            texts.add(
                    pending.id()
                            + " at "
                            + pending.timeMillis()
                            + " times "
                            + pending.deliveries()
                            + " to "
                            + consumer(pending.consumer()));
        }
    }

    private static String latin(long address, int length) {
        return new String(Memory.bytes(address, length), StandardCharsets.ISO_8859_1);
    }
}
