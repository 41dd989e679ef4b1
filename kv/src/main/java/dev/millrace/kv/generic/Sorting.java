package dev.millrace.kv.generic;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.collection.ListValue;
import dev.millrace.kv.collection.SetValue;
import dev.millrace.kv.collection.SortedSetValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Command.Locks;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.effect.ListEffects;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.resp.CText;
import dev.millrace.kv.session.Config.Quantity;
import dev.millrace.kv.store.Item;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * SORT and SORT_RO. The elements are copied to the heap, as much of them as a command may take
 * there, for the keys that BY and GET name are known only then; all stripes are locked.
 */
public final class Sorting {
    /** What an element takes of the heap beyond its bytes. */
    static final int ELEMENT_HEAP_BYTES = 64;

    private static final int PACKED_BYTES_MAX = 8 * 1024;
    private static final int PACKED_ELEMENT_BYTES = 10;
    private static final long EFFECT_BYTES = 128;

    private static final Pattern DECIMAL =
            Pattern.compile("[+-]?(?:\\d++\\.?+\\d*+|\\.\\d++)(?:[eE][+-]?\\d++)?+");
    private static final Pattern HEXADECIMAL =
            Pattern.compile(
                    "[+-]?0[xX](?:\\p{XDigit}++\\.?+\\p{XDigit}*+|\\.\\p{XDigit}++)"
                            + "(?:[pP][+-]?\\d++)?+");
    private static final Pattern INFINITY =
            Pattern.compile("[+-]?inf(?:inity)?", Pattern.CASE_INSENSITIVE);

    private Sorting() {}

    /** An element with what it is sorted by. */
    private record Sorted(byte[] element, double score, byte @Nullable [] by) {}

    /** What a request asks for. */
    private static final class Options {
        private boolean descending;
        private boolean alphabetical;
        private long start;
        private long count = -1;
        private int store;
        private @Nullable SortPattern by;
        private final List<SortPattern> get = new ArrayList<>();

        private boolean isUnsorted() {
            return by != null && by.isConstant();
        }
    }

    public static List<Command> all() {
        return List.of(
                Command.named("sort")
                        .since("1.0.0")
                        .group("generic")
                        .arity(-2)
                        .keys(Keys.storing(2))
                        .complexity(
                                "O(N+M*log(M)) where N is the number of elements in the list or"
                                        + " set to sort, and M the number of returned elements. When the"
                                        + " elements are not sorted, complexity is O(N).")
                        .summary("Sort the elements in a list, set or sorted set")
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .categories("set", "sortedset", "list", "dangerous")
                        .access(
                                KeyAccess.of("RO", "access").at(1, 1),
                                KeyAccess.of("RO", "access")
                                        .noted(
                                                "For the optional BY/GET keyword. It is marked 'unknown' because"
                                                        + " the key names derive from the content of the key we sort"),
                                KeyAccess.of("OW", "update")
                                        .noted(
                                                "For the optional STORE keyword. It is marked 'unknown' because"
                                                        + " the keyword can appear anywhere in the argument array"))
                        .flags(Flag.MOVABLEKEYS)
                        .locks(Locks.ALL)
                        .measure(Sorting::bytesOfStored)
                        .does(Sorting::sort),
                Command.named("sort_ro")
                        .since("7.0.0")
                        .group("generic")
                        .arity(-2)
                        .keys(Keys.one())
                        .complexity(
                                "O(N+M*log(M)) where N is the number of elements in the list or"
                                        + " set to sort, and M the number of returned elements. When the"
                                        + " elements are not sorted, complexity is O(N).")
                        .summary(
                                "Sort the elements in a list, set or sorted set. Read-only variant of SORT.")
                        .flags(Flag.READONLY)
                        .categories("set", "sortedset", "list", "dangerous")
                        .access(
                                KeyAccess.of("RO", "access").at(1, 1),
                                KeyAccess.of("RO", "access")
                                        .noted(
                                                "For the optional BY/GET keyword. It is marked 'unknown' because"
                                                        + " the key names derive from the content of the key we sort"))
                        .flags(Flag.MOVABLEKEYS)
                        .locks(Locks.ALL)
                        .does(Sorting::sort));
    }

    private static Options options(Call call) {
        Options options = new Options();
        for (int i = 2; i < call.count(); i++) {
            int left = call.count() - i - 1;
            if (call.is(i, "ASC")) {
                options.descending = false;
            } else if (call.is(i, "DESC")) {
                options.descending = true;
            } else if (call.is(i, "ALPHA")) {
                options.alphabetical = true;
            } else if (call.is(i, "LIMIT") && left >= 2) {
                options.start = call.integer(++i);
                options.count = call.integer(++i);
            } else if (call.is(i, "STORE") && left >= 1 && call.command().isWrite()) {
                options.store = ++i;
            } else if (call.is(i, "BY") && left >= 1) {
                options.by = SortPattern.of(call.bytes(++i));
                if (!options.isUnsorted()) {
                    requireAllKeys(call, "BY");
                }
            } else if (call.is(i, "GET") && left >= 1) {
                requireAllKeys(call, "GET");
                options.get.add(SortPattern.of(call.bytes(++i)));
            } else {
                throw Refusal.SYNTAX;
            }
        }
        return options;
    }

    /** These read keys that no argument names. */
    private static void requireAllKeys(Call call, String option) {
        if (call.server().isCluster()) {
            throw new Refusal("ERR " + option + " option of SORT denied in Cluster mode.");
        }
        if (!call.session().user().readsAllKeys(call.command(), call.request())) {
            throw new Refusal(
                    "ERR "
                            + option
                            + " option of SORT denied due to insufficient ACL permissions.");
        }
    }

    private static void sort(Call call) {
        call.dependOnAll();
        Options options = options(call);
        Key key = call.read(1);
        List<byte @Nullable []> result = result(call, options, key);
        if (options.store > 0) {
            store(call, options.store, result);
            return;
        }
        call.reply().array(result.size());
        for (byte[] value : result) {
            if (value == null) {
                call.reply().nullBulk();
            } else {
                call.reply().bulk(value);
            }
        }
    }

    // ---- Sorting

    private static List<byte @Nullable []> result(Call call, Options options, Key key) {
        List<byte[]> elements = elements(call, options, key);
        boolean isSet = key.exists() && Item.type(key.item()) == Item.TYPE_SET;
        boolean isKept = options.store > 0 || call.session().isScript();
        if (isSet && options.isUnsorted() && isKept) {
            // A set has no order, but what is stored, or a script does, is to be the same
            // everywhere.
            options.by = null;
            options.alphabetical = true;
        }
        if (!options.isUnsorted()) {
            elements = sorted(call, options, elements);
        }
        return chosen(call, options, elements);
    }

    private static List<byte[]> elements(Call call, Options options, Key key) {
        List<byte[]> elements = new ArrayList<>();
        if (!key.exists()) {
            return elements;
        }
        Element element = call.element();
        switch (Item.type(key.item())) {
            case Item.TYPE_LIST ->
                    ListValue.each(
                            key, 0, false, element, found -> elements.add(copy(call, found)));
            case Item.TYPE_SET ->
                    SetValue.each(key, element, found -> elements.add(copy(call, found)));
            case Item.TYPE_SORTED_SET -> {
                boolean down = options.isUnsorted() && options.descending;
                long first = down ? SortedSetValue.size(key) - 1 : 0;
                SortedSetValue.each(
                        key,
                        first,
                        Long.MAX_VALUE,
                        down,
                        element,
                        (found, score) -> elements.add(copy(call, found)));
            }
            default -> throw Refusal.WRONG_TYPE;
        }
        return elements;
    }

    private static byte[] copy(Call call, Element element) {
        return SortPattern.copy(call, element.address(), element.length());
    }

    private static List<byte[]> sorted(Call call, Options options, List<byte[]> elements) {
        Sorted[] sorted = new Sorted[elements.size()];
        for (int i = 0; i < sorted.length; i++) {
            byte[] element = elements.get(i);
            byte[] by = options.by == null ? element : options.by.value(call, element);
            double score = options.alphabetical || by == null ? 0 : score(by);
            sorted[i] = new Sorted(element, score, by);
        }
        Comparator<Sorted> order =
                options.alphabetical
                        ? Comparator.comparing(
                                Sorted::by, Comparator.nullsFirst(Arrays::compareUnsigned))
                        : Comparator.comparingDouble(Sorting::comparable)
                                .thenComparing(Sorted::element, Arrays::compareUnsigned);
        Arrays.sort(sorted, options.descending ? order.reversed() : order);
        List<byte[]> result = new ArrayList<>(sorted.length);
        for (Sorted one : sorted) {
            result.add(one.element());
        }
        return result;
    }

    /** A negative zero is as large as the other. */
    private static double comparable(Sorted sorted) {
        return sorted.score() + 0.0;
    }

    /** As {@code strtod} reads it; refuses what is no number, or beyond a double's range. */
    private static double score(byte[] bytes) {
        String text = CText.of(new String(bytes, StandardCharsets.ISO_8859_1));
        if (text.isEmpty()) {
            return 0;
        }
        String number = text.replaceFirst("^[ \\t\\n\\x0b\\f\\r]+", "");
        if (INFINITY.matcher(number).matches()) {
            return number.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        boolean hexadecimal = HEXADECIMAL.matcher(number).matches();
        if (hexadecimal && !number.toLowerCase(Locale.ROOT).contains("p")) {
            number += "p0";
        }
        if (hexadecimal || DECIMAL.matcher(number).matches()) {
            double value = Double.parseDouble(number);
            if (Double.isFinite(value)) {
                return value;
            }
        }
        throw new Refusal("ERR One or more scores can't be converted into double");
    }

    /** What LIMIT leaves of the elements, or what GET names for each of them. */
    private static List<byte @Nullable []> chosen(
            Call call, Options options, List<byte[]> elements) {
        long size = elements.size();
        long start = Math.clamp(options.start, 0, size);
        long count = options.count < 0 ? size : Math.min(options.count, size);
        List<byte @Nullable []> chosen = new ArrayList<>();
        for (long i = start; i < Math.min(start + count, size); i++) {
            byte[] element = elements.get((int) i);
            if (options.get.isEmpty()) {
                chosen.add(element);
            }
            for (SortPattern pattern : options.get) {
                call.takeHeap(Long.BYTES);
                chosen.add(pattern.value(call, element));
            }
        }
        return chosen;
    }

    // ---- Storing

    private static long bytesOfStored(Call call) {
        try {
            Options options = options(call);
            return options.store == 0 ? 0 : bytesOfStored(call, options);
        } catch (Refusal refused) {
            return 0; // It is going to be refused again, in the command.
        }
    }

    private static long bytesOfStored(Call call, Options options) {
        long bytes = EFFECT_BYTES + 2L * call.length(options.store);
        for (byte[] value : result(call, options, call.peek(1))) {
            bytes += Integer.BYTES + 1L + (value == null ? 0 : value.length);
        }
        return bytes;
    }

    private static void store(Call call, int index, List<byte @Nullable []> values) {
        Key key = call.write(index);
        if (values.isEmpty()) {
            if (key.exists()) {
                call.effects().delete(key);
                call.notify(Notification.GENERIC, "del", key);
            }
            call.reply().integer(0);
            return;
        }
        boolean chain = isChain(call, values);
        call.effects().replace(key);
        ListEffects effects = call.effects().list();
        NativeBuffer copy = call.scratch();
        for (byte[] value : values) {
            copy.clear();
            copy.put(value == null ? new byte[0] : value);
            effects.push(key, chain, false, copy.address(), (int) copy.length());
        }
        effects.endPush(key);
        call.effects().count(values.size() - 1);
        call.notify(Notification.LIST, "sortstore", key);
        call.reply().integer(values.size());
    }

    /** Whether a list of these is more than one listpack. */
    private static boolean isChain(Call call, List<byte @Nullable []> values) {
        long bytes = 0;
        for (byte[] value : values) {
            bytes += PACKED_ELEMENT_BYTES + (value == null ? 0 : value.length);
        }
        long limit = call.server().config().get(Quantity.LIST_MAX_LISTPACK_SIZE);
        return bytes > (limit == -1 ? PACKED_BYTES_MAX / 2 : PACKED_BYTES_MAX)
                || limit >= 0 && values.size() > limit;
    }
}
