package dev.millrace.bench.client;

import dev.millrace.bench.server.RequestBytes;

/** Many collections of a few elements; each is a thing. */
public record Small(Kind kind, int elements) implements Filling {
    private static final int KEY_DIGITS = 12;

    @Override
    public String text() {
        return "%ss of %d elements".formatted(kind.word(), elements);
    }

    @Override
    public void put(int from, int to, RequestBytes out) {
        key(out.request(2 + elements * kind.words()).word(kind.put()), from);
        for (int number = 0; number < elements; number++) {
            kind.small(out, from, number);
        }
    }

    @Override
    public void look(int number, RequestBytes out) {
        key(out.request(2).word(kind.count()), number);
    }

    private static void key(RequestBytes out, int number) {
        out.word("key:", number, KEY_DIGITS);
    }
}
