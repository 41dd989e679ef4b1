package dev.millrace.kv;

import dev.millrace.kernel.journal.FileDisk;
import dev.millrace.kernel.journal.Progress;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.shard.Shard;
import dev.millrace.kv.checkpoint.KvMachine;
import dev.millrace.kv.collection.HashValue;
import dev.millrace.kv.collection.ListValue;
import dev.millrace.kv.collection.SetValue;
import dev.millrace.kv.collection.SortedSetValue;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.packed.Listpack;
import dev.millrace.kv.rdb.RdbImport;
import dev.millrace.kv.store.Database;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Stripes;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a store holds as its clients see it: in whatever form a value is kept there. For comparisons
 * of what has gone through a dump, where a collection may come back in another form.
 */
public final class Contents {
    private Contents() {}

    /** From {@code database/key} to {@code type expiry value}. */
    public static SortedMap<String, String> of(Stripes stripes) {
        SortedMap<String, String> contents = new TreeMap<>();
        for (int s = 0; s < stripes.count(); s++) {
            Stripe stripe = stripes.stripe(s);
            for (int d = 0; d < Stripe.DATABASES_ALL; d++) {
                Database database = stripe.database(d);
                long cursor = 0;
                do {
                    cursor =
                            database.items()
                                    .scan(cursor, item -> add(contents, stripe, database, item));
                } while (cursor != 0);
            }
        }
        return contents;
    }

    /** What a dump file holds, at this time. */
    public static SortedMap<String, String> of(Path dump, long nowMillis) throws IOException {
        Path data = Files.createTempDirectory(dump.getParent(), "imported");
        Clock clock = Clock.fixed(Instant.ofEpochMilli(nowMillis), ZoneOffset.UTC);
        RdbImport.run(dump, data, clock, Progress.UNSEEN);
        Stripes stripes = new Stripes(1);
        Shard shard =
                Shard.open(
                        new FileDisk(data.resolve("journal")),
                        new FileDisk(data.resolve("snapshot")),
                        new SegmentJournal.Options(SegmentJournal.SEGMENT_BYTES_MIN, 1),
                        List.of(new KvMachine(stripes)),
                        clock,
                        new Random(1));
        shard.journal().close();
        return of(stripes);
    }

    private static void add(
            SortedMap<String, String> contents, Stripe stripe, Database database, long item) {
        Place place = new Place(stripe);
        place.set(stripe, database, 0, Item.key(item), Item.keyLength(item), item);
        contents.put(
                database.index() + "/" + latin(place.address(), place.length()),
                Item.typeName(item) + " " + Item.expiresAt(item) + " " + value(place));
    }

    private static String value(Place place) {
        long item = place.item();
        List<String> texts = new ArrayList<>();
        Element first = new Element();
        Element second = new Element();
        switch (Item.type(item)) {
            case Item.TYPE_STRING -> texts.add(latin(Item.value(item), Item.valueLength(item)));
            case Item.TYPE_LIST -> addList(place, texts);
            case Item.TYPE_STREAM -> texts.add(StreamText.of(place));
            case Item.TYPE_SET -> SetValue.each(place, first, member -> texts.add(latin(member)));
            case Item.TYPE_HASH ->
                    HashValue.each(
                            place,
                            first,
                            second,
                            (field, value) -> texts.add(latin(field) + "=" + latin(value)));
            default ->
                    SortedSetValue.each(
                            place,
                            0,
                            SortedSetValue.size(place),
                            false,
                            first,
                            (member, score) -> texts.add(score + " " + latin(member)));
        }
        if (Item.type(item) == Item.TYPE_SET || Item.type(item) == Item.TYPE_HASH) {
            texts.sort(null); // A table has no order of its own.
        }
        return texts.toString();
    }

    private static void addList(Place place, List<String> texts) {
        if (ListValue.isChain(place)) {
            ListValue.eachPack(place, pack -> addPack(pack, texts));
        } else {
            addPack(Item.value(place.item()), texts);
        }
    }

    private static void addPack(long pack, List<String> texts) {
        Element element = new Element();
        for (long at = Listpack.first(pack); !Listpack.isEnd(at); at = Listpack.next(at)) {
            Listpack.read(at, element);
            texts.add(latin(element));
        }
    }

    private static String latin(Element element) {
        return latin(element.address(), element.length());
    }

    private static String latin(long address, int length) {
        return new String(Memory.bytes(address, length), StandardCharsets.ISO_8859_1);
    }
}
