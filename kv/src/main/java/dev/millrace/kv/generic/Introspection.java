package dev.millrace.kv.generic;

import dev.millrace.kv.collection.SetValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.eviction.Frequency;
import dev.millrace.kv.resp.Decimal;
import dev.millrace.kv.session.Config;
import dev.millrace.kv.store.Item;

import java.util.List;
import java.util.function.BiConsumer;

/** TYPE and OBJECT: what a value is, and how it is held. */
public final class Introspection {
    /** Longer strings are raw. */
    private static final int EMBEDDED_BYTES_MAX = 44;

    /** Redis shares the objects of small integers, and this is how it counts their references. */
    private static final int SHARED_REFERENCES = Integer.MAX_VALUE;

    private static final int SHARED_INTEGERS = 10_000;
    private static final int ACCESS_CLOCK_MASK = 0xff_ffff;

    private static final List<String> HELP =
            List.of(
                    "OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
                    "ENCODING <key>",
                    "    Return the kind of internal representation used in order to store the"
                            + " value",
                    "    associated with a <key>.",
                    "FREQ <key>",
                    "    Return the access frequency index of the <key>. The returned integer is",
                    "    proportional to the logarithm of the recent access frequency of the key.",
                    "IDLETIME <key>",
                    "    Return the idle time of the <key>, that is the approximated number of",
                    "    seconds elapsed since the last access to the key.",
                    "REFCOUNT <key>",
                    "    Return the number of references of the value associated with the"
                            + " specified",
                    "    <key>.",
                    "HELP",
                    "    Prints this help.");

    private Introspection() {}

    public static List<Command> all() {
        return List.of(
                Command.named("type")
                        .since("1.0.0")
                        .group("generic")
                        .complexity("O(1)")
                        .summary("Determine the type stored at key")
                        .arity(2)
                        .keys(Keys.one())
                        .flags(Flag.READONLY, Flag.FAST)
                        .categories("keyspace")
                        .access(KeyAccess.of("RO"))
                        .does(Introspection::type),
                Command.named("object")
                        .since("2.2.3")
                        .group("generic")
                        .complexity("Depends on subcommand.")
                        .summary("A container for object introspection commands")
                        .arity(-2)
                        .contains(
                                object(
                                        "encoding",
                                        "2.2.3",
                                        "Inspect the internal encoding of a Redis object",
                                        (call, key) -> call.reply().bulk(encoding(key))),
                                object(
                                        "refcount",
                                        "2.2.3",
                                        "Get the number of references to the value of the key",
                                        (call, key) -> call.reply().integer(references(call, key))),
                                object(
                                        "idletime",
                                        "2.2.3",
                                        "Get the time since a Redis object was last accessed",
                                        (call, key) -> call.reply().integer(idleSeconds(key))),
                                object(
                                        "freq",
                                        "4.0.0",
                                        "Get the logarithmic access frequency counter of a Redis"
                                                + " object",
                                        Introspection::frequency),
                                Command.named("help")
                                        .since("6.2.0")
                                        .group("generic")
                                        .complexity("O(1)")
                                        .summary(
                                                "Show helpful text about the different subcommands")
                                        .arity(2)
                                        .flags(Flag.LOADING, Flag.STALE)
                                        .categories("keyspace")
                                        .does(Introspection::help)));
    }

    private static Command object(
            String name, String since, String summary, BiConsumer<Call, Key> answer) {
        return Command.named(name)
                .since(since)
                .group("generic")
                .complexity("O(1)")
                .summary(summary)
                .arity(3)
                .keys(Keys.range(2, 2, 1))
                .flags(Flag.READONLY)
                .categories("keyspace")
                .tips("nondeterministic_output")
                .access(KeyAccess.of("RO"))
                .does(
                        call -> {
                            Key key = call.peek(2);
                            call.lane().stats().lookedUp(key.exists());
                            if (key.exists()) {
                                answer.accept(call, key);
                            } else {
                                call.reply().nullBulk();
                            }
                        });
    }

    private static void type(Call call) {
        Key key = call.glance(1);
        call.reply().simple(key.exists() ? Item.typeName(key.item()) : "none");
    }

    private static boolean isInteger(Key key) {
        return Item.encoding(key.item()) == Item.ENCODING_PLAIN
                && Decimal.isLong(key.value(), key.valueLength());
    }

    /** How a value is held, in the words of OBJECT ENCODING. */
    public static String encoding(Key key) {
        long item = key.item();
        return switch (Item.type(item)) {
            case Item.TYPE_STRING -> stringEncoding(key);
            case Item.TYPE_LIST -> "quicklist";
            case Item.TYPE_SET ->
                    SetValue.form(key) == SetValue.Form.INTEGERS ? "intset" : "hashtable";
            case Item.TYPE_SORTED_SET -> Item.isLarge(item) ? "skiplist" : "listpack";
            case Item.TYPE_HASH -> Item.isLarge(item) ? "hashtable" : "listpack";
            case Item.TYPE_STREAM -> "stream";
            default -> throw new AssertionError("type " + Item.type(item));
        };
    }

    private static String stringEncoding(Key key) {
        if (isInteger(key)) {
            return "int";
        }
        boolean embedded =
                Item.encoding(key.item()) != Item.ENCODING_RAW
                        && key.valueLength() <= EMBEDDED_BYTES_MAX;
        return embedded ? "embstr" : "raw";
    }

    /**
     * How many hold a value, as OBJECT REFCOUNT tells it: in Redis small integers are shared unless
     * memory is limited and each has to have an access time of its own.
     */
    public static int references(Call call, Key key) {
        if (isInteger(key) && !hasOwnAccess(call.server().config())) {
            long value = Decimal.parse(key.value(), key.valueLength());
            if (value >= 0 && value < SHARED_INTEGERS) {
                return SHARED_REFERENCES;
            }
        }
        return 1;
    }

    private static boolean hasOwnAccess(Config config) {
        String policy = config.maxmemoryPolicy();
        return config.get(Config.Quantity.MAXMEMORY_BYTES) > 0
                && (policy.endsWith("lru") || policy.endsWith("lfu"));
    }

    /** For how long it was not used, s. */
    public static int idleSeconds(Key key) {
        return key.stripe().accessClock() - Item.access(key.item()) & ACCESS_CLOCK_MASK;
    }

    private static void frequency(Call call, Key key) {
        Config config = call.server().config();
        if (!config.isLfu()) {
            throw new Refusal(
                    "ERR An LFU maxmemory policy is not selected, access frequency not tracked."
                            + " Please note that when switching between policies at runtime LRU and"
                            + " LFU data will take some time to adjust.");
        }
        long decay = config.get(Config.Quantity.LFU_DECAY_TIME);
        call.reply().integer(Frequency.counter(Item.access(key.item()), call.nowMillis(), decay));
    }

    private static void help(Call call) {
        call.reply().array(HELP.size());
        HELP.forEach(call.reply()::simple);
    }
}
