package dev.millrace.kv.hash;

import dev.millrace.kv.collection.HashValue;
import dev.millrace.kv.collection.Selection;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.RandomCount;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.generic.ElementScan;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.store.Item;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** HMGET, HKEYS, HRANDFIELD, HSCAN and what else reads fields. */
public final class HashFields {
    /** Among this many times as many fields it pays to draw rather than to walk over all. */
    private static final int DRAW_FACTOR = 3;

    /** What a field that was drawn takes of the heap. */
    private static final long DRAWN_BYTES = 64;

    private HashFields() {}

    public static List<Command> all() {
        return List.of(
                Command.named("hmget")
                        .since("2.0.0")
                        .group("hash")
                        .arity(-3)
                        .keys(Keys.one())
                        .complexity("O(N) where N is the number of fields being requested.")
                        .summary("Get the values of all the given hash fields")
                        .flags(Flag.READONLY, Flag.FAST)
                        .categories("hash")
                        .does(HashFields::getMany),
                Command.named("hexists")
                        .since("2.0.0")
                        .group("hash")
                        .arity(3)
                        .keys(Keys.one())
                        .complexity("O(1)")
                        .summary("Determine if a hash field exists")
                        .flags(Flag.READONLY, Flag.FAST)
                        .categories("hash")
                        .access(KeyAccess.of("RO"))
                        .does(HashFields::exists),
                Command.named("hstrlen")
                        .since("3.2.0")
                        .group("hash")
                        .arity(3)
                        .keys(Keys.one())
                        .complexity("O(1)")
                        .summary("Get the length of the value of a hash field")
                        .flags(Flag.READONLY, Flag.FAST)
                        .categories("hash")
                        .access(KeyAccess.of("RO"))
                        .does(HashFields::valueLength),
                Command.named("hkeys")
                        .since("2.0.0")
                        .group("hash")
                        .arity(2)
                        .keys(Keys.one())
                        .complexity("O(N) where N is the size of the hash.")
                        .summary("Get all the fields in a hash")
                        .flags(Flag.READONLY)
                        .categories("hash")
                        .tips("nondeterministic_output_order")
                        .does(call -> list(call, true)),
                Command.named("hvals")
                        .since("2.0.0")
                        .group("hash")
                        .arity(2)
                        .keys(Keys.one())
                        .complexity("O(N) where N is the size of the hash.")
                        .summary("Get all the values in a hash")
                        .flags(Flag.READONLY)
                        .categories("hash")
                        .tips("nondeterministic_output_order")
                        .does(call -> list(call, false)),
                Command.named("hrandfield")
                        .since("6.2.0")
                        .group("hash")
                        .arity(-2)
                        .keys(Keys.one())
                        .complexity("O(N) where N is the number of fields returned")
                        .summary("Get one or multiple random fields from a hash")
                        .flags(Flag.READONLY)
                        .categories("hash")
                        .tips("nondeterministic_output")
                        .does(HashFields::random),
                Command.named("hscan")
                        .since("2.8.0")
                        .group("hash")
                        .arity(-3)
                        .keys(Keys.one())
                        .complexity(
                                "O(1) for every call. O(N) for a complete iteration, including"
                                        + " enough command calls for the cursor to return back to 0. N is the"
                                        + " number of elements inside the collection..")
                        .summary("Incrementally iterate hash fields and associated values")
                        .flags(Flag.READONLY)
                        .categories("hash")
                        .tips("nondeterministic_output")
                        .does(HashFields::scan));
    }

    private static void getMany(Call call) {
        Key key = call.read(1).require(Item.TYPE_HASH);
        Element value = call.element();
        call.reply().array(call.count() - 2);
        for (int i = 2; i < call.count(); i++) {
            if (HashValue.get(key, call.address(i), call.length(i), value)) {
                answer(call, value);
            } else {
                call.reply().nullBulk();
            }
        }
    }

    private static void answer(Call call, Element element) {
        call.reply().bulk(element.address(), element.length());
    }

    private static void exists(Call call) {
        Key key = call.read(1).require(Item.TYPE_HASH);
        call.reply().flag(HashValue.has(key, call.address(2), call.length(2)));
    }

    private static void valueLength(Call call) {
        Key key = call.read(1).require(Item.TYPE_HASH);
        Element value = call.element();
        boolean found = HashValue.get(key, call.address(2), call.length(2), value);
        call.reply().integer(found ? value.length() : 0);
    }

    private static void list(Call call, boolean fields) {
        Key key = call.read(1).require(Item.TYPE_HASH);
        call.reply().array((int) HashValue.size(key));
        HashValue.each(
                key,
                call.element(),
                call.otherElement(),
                (field, value) -> answer(call, fields ? field : value));
    }

    // ---- HRANDFIELD

    private static void random(Call call) {
        if (call.count() == 2) {
            randomOne(call);
            return;
        }
        RandomCount wanted = RandomCount.parse(call, 2);
        boolean values = call.count() == 4 && call.is(3, "WITHVALUES");
        if (call.count() > 3 && !values) {
            throw Refusal.SYNTAX;
        }
        if (values && wanted.count() > Long.MAX_VALUE / 2) {
            throw new Refusal("ERR value is out of range");
        }
        Key key = call.read(1).require(Item.TYPE_HASH);
        if (!key.exists()) {
            call.reply().emptyArray();
            return;
        }
        wanted.requireBelow(call, 2L * HashValue.longest(key));
        long size = HashValue.size(key);
        long count = wanted.repeats() ? wanted.count() : Math.min(wanted.count(), size);
        boolean nested = values && call.reply().protocol() == 3;
        call.reply().array((int) (values && !nested ? count * 2 : count));
        HashValue.Pair answer = (field, value) -> answerRandom(call, field, value, values);
        if (wanted.repeats()) {
            draw(call, key, count, answer);
        } else if (HashValue.isTable(key) && count < size / DRAW_FACTOR) {
            drawDistinct(call, key, count, answer);
        } else {
            select(call, key, count, answer);
        }
    }

    private static void randomOne(Call call) {
        Key key = call.read(1).require(Item.TYPE_HASH);
        if (key.exists()) {
            HashValue.any(key, call.lane().random(), call.element(), call.otherElement());
            answer(call, call.element());
        } else {
            call.reply().nullBulk();
        }
    }

    private static void answerRandom(Call call, Element field, Element value, boolean values) {
        if (values && call.reply().protocol() == 3) {
            call.reply().array(2);
        }
        answer(call, field);
        if (values) {
            answer(call, value);
        }
    }

    private static void draw(Call call, Key key, long count, HashValue.Pair answer) {
        SplittableRandom random = call.lane().random();
        RandomCount.draw(
                call,
                count,
                () -> {
                    HashValue.any(key, random, call.element(), call.otherElement());
                    answer.pair(call.element(), call.otherElement());
                });
    }

    private static void drawDistinct(Call call, Key key, long count, HashValue.Pair answer) {
        SplittableRandom random = call.lane().random();
        call.takeHeap(count * DRAWN_BYTES);
        Set<Long> drawn = new HashSet<>();
        while (drawn.size() < count) {
            HashValue.any(key, random, call.element(), call.otherElement());
            if (drawn.add(call.element().address())) {
                answer.pair(call.element(), call.otherElement());
            }
        }
    }

    private static void select(Call call, Key key, long count, HashValue.Pair answer) {
        Selection selection = new Selection(call.lane().random(), HashValue.size(key), count);
        HashValue.each(
                key,
                call.element(),
                call.otherElement(),
                (field, value) -> {
                    if (selection.takes()) {
                        answer.pair(field, value);
                    }
                });
    }

    // ---- HSCAN

    private static void scan(Call call) {
        ElementScan scan = ElementScan.of(call);
        Key key = call.read(1).require(Item.TYPE_HASH);
        Element field = call.element();
        Element value = call.otherElement();
        if (!key.exists()) {
            scan.answerEmpty();
        } else if (HashValue.isTable(key)) {
            scan.answer(cursor -> HashValue.scan(key, cursor, field, value, scan::add));
        } else {
            scan.answer(
                    cursor -> {
                        HashValue.each(key, field, value, scan::add);
                        return 0;
                    });
        }
    }
}
