package dev.millrace.kv.operator;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.collection.HashValue;
import dev.millrace.kv.collection.ListValue;
import dev.millrace.kv.collection.SetValue;
import dev.millrace.kv.collection.SortedSetValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.generic.Introspection;
import dev.millrace.kv.packed.Listpack;
import dev.millrace.kv.rdb.Digest;
import dev.millrace.kv.rdb.Dumps;
import dev.millrace.kv.session.Config.Quantity;
import dev.millrace.kv.store.Dictionary;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Stripe;

/** What DEBUG tells of how values are kept; all stripes are locked. */
final class LowLevel {
    /** Type, version and sum: what DUMP has beside the value. */
    private static final int DUMP_FRAME_BYTES = 11;

    @SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace it is a constant
    private static final Refusal NO_TABLE =
            new Refusal(
                    "ERR The value stored at the specified key is not represented using an hash"
                            + " table");

    private LowLevel() {}

    // ---- Digests

    static void digest(Call call) {
        call.reply().simple(new Digest(call.element(), call.otherElement()).of(call.stripes()));
    }

    static void digestValues(Call call) {
        Digest digest = new Digest(call.element(), call.otherElement());
        call.reply().array(call.count() - 2);
        for (int i = 2; i < call.count(); i++) {
            call.reply().simple(digest.of(call.peek(i)));
        }
    }

    // ---- Values

    /** {@code DEBUG OBJECT key}; as long as it is in memory. */
    static void object(Call call) {
        Key key = expectExisting(call.peekExpired(2));
        NativeBuffer dump = call.scratch();
        Dumps.payload(call, key, dump);
        int idleSeconds = Introspection.idleSeconds(key);
        String told =
                "Value at:0x%x refcount:%d encoding:%s serializedlength:%d lru:%d lru_seconds_idle:%d"
                        .formatted(
                                key.item(),
                                Introspection.references(call, key),
                                Introspection.encoding(key),
                                dump.length() - DUMP_FRAME_BYTES,
                                Item.access(key.item()),
                                idleSeconds);
        call.reply()
                .simple(Item.type(key.item()) == Item.TYPE_LIST ? told + nodes(call, key) : told);
    }

    private static String nodes(Call call, Key key) {
        long[] told = {1, ListValue.packedBytes(key)};
        if (ListValue.isChain(key)) {
            told[1] = 0;
            told[0] = ListValue.eachPack(key, pack -> told[1] += Listpack.bytes(pack));
        }
        return " ql_nodes:%d ql_avg_node:%.2f ql_listpack_max:%d ql_compressed:0 ql_uncompressed_size:%d"
                .formatted(
                        told[0],
                        (double) ListValue.size(key) / told[0],
                        call.server().config().get(Quantity.LIST_MAX_LISTPACK_SIZE),
                        told[1]);
    }

    /** {@code DEBUG LISTPACK key}: into the server's log, as Redis prints it. */
    static void listpack(Call call) {
        Key key = existing(call);
        if (!Introspection.encoding(key).equals("listpack")) {
            throw new Refusal("ERR Not a listpack encoded object.");
        }
        long pack = Item.value(key.item());
        call.lane()
                .loop()
                .log(
                        Debugging.NOTICE,
                        "listpack of "
                                + Listpack.count(pack)
                                + " entries, "
                                + Listpack.bytes(pack)
                                + " bytes");
        call.reply().simple("Listpack structure printed on stdout");
    }

    private static Key existing(Call call) {
        return expectExisting(call.peek(2));
    }

    private static Key expectExisting(Key key) {
        if (!key.exists()) {
            throw Refusal.NO_SUCH_KEY;
        }
        return key;
    }

    // ---- Tables

    /** {@code DEBUG HTSTATS database}. */
    static void tables(Call call) {
        int database = Math.toIntExact(call.integer(2, 0, Integer.MAX_VALUE, Refusal.DB_INDEX));
        if (database >= Stripe.DATABASES) {
            throw new Refusal("ERR Out of range database");
        }
        TableFacts items = new TableFacts();
        TableFacts expiring = new TableFacts();
        for (int i = 0; i < call.stripes().count(); i++) {
            Dictionary all = call.stripes().stripe(i).database(database).items();
            Dictionary some = call.stripes().stripe(i).database(database).expires();
            items.table(cursor -> all.scan(cursor, item -> items.entry()));
            expiring.table(cursor -> some.scan(cursor, item -> expiring.entry()));
        }
        call.reply()
                .verbatim("[Dictionary HT]\n" + items.text() + "[Expires HT]\n" + expiring.text());
    }

    /** {@code DEBUG HTSTATS-KEY key}. */
    static void table(Call call) {
        Key key = existing(call);
        TableFacts facts = new TableFacts();
        if (!Item.isLarge(key.item())) {
            throw NO_TABLE;
        }
        switch (Item.type(key.item())) {
            case Item.TYPE_SET ->
                    facts.table(
                            at -> SetValue.scan(key, at, call.element(), member -> facts.entry()));
            case Item.TYPE_SORTED_SET ->
                    facts.table(
                            at ->
                                    SortedSetValue.scan(
                                            key,
                                            at,
                                            call.element(),
                                            (member, score) -> {
                                                facts.entry();
                                                return true;
                                            }));
            case Item.TYPE_HASH ->
                    facts.table(
                            at ->
                                    HashValue.scan(
                                            key,
                                            at,
                                            call.element(),
                                            call.otherElement(),
                                            (field, value) -> facts.entry()));
            default -> throw NO_TABLE;
        }
        call.reply().verbatim(facts.text());
    }
}
