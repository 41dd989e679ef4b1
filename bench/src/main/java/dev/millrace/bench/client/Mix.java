package dev.millrace.bench.client;

import dev.millrace.bench.server.RequestBytes;

import java.util.List;

/** Keys of every type, as a store of some years has them: strings most, now and then a long one. */
public record Mix() implements Filling {
    private static final int VALUE_BYTES = 64;
    private static final int LONG_ONE_IN = 10_000;
    private static final int LONG_ELEMENTS = 2000;
    private static final int KEYS_MAX = 100_000_000;

    private static final Strings STRINGS =
            new Strings(Keys.ofRedisBenchmark(KEYS_MAX), Values.ofBytes(VALUE_BYTES));
    private static final Small HASHES = new Small(Kind.HASH, 5);
    private static final List<Filling> SHORT =
            List.of(
                    STRINGS,
                    HASHES,
                    STRINGS,
                    new Small(Kind.SET, 10),
                    STRINGS,
                    HASHES,
                    new Small(Kind.LIST, 10),
                    new Small(Kind.SORTED_SET, 10));

    @Override
    public String text() {
        return "keys of every type";
    }

    @Override
    public void put(int from, int to, RequestBytes out) {
        if (from % LONG_ONE_IN == 0) {
            Kind[] kinds = Kind.values();
            new Small(kinds[from / LONG_ONE_IN % kinds.length], LONG_ELEMENTS).put(from, to, out);
        } else {
            SHORT.get(from % SHORT.size()).put(from, to, out);
        }
    }

    @Override
    public void look(int number, RequestBytes out) {
        out.request(2).word("EXISTS").word("key:", number, 12);
    }
}
