package dev.millrace.bench.client;

import dev.millrace.bench.server.RequestBytes;

import java.util.List;

/** One collection of many elements; each element is a thing. */
public record Large(Kind kind) implements Filling {
    /** The key that it has. */
    public static final String KEY = "large";

    private static final int ELEMENTS_A_REQUEST = 100;

    @Override
    public String text() {
        return "elements of one " + kind.word();
    }

    @Override
    public int perRequest() {
        return ELEMENTS_A_REQUEST;
    }

    @Override
    public void put(int from, int to, RequestBytes out) {
        out.request(2 + (to - from) * kind.words()).word(kind.put()).word(KEY);
        for (int number = from; number < to; number++) {
            kind.large(out, number);
        }
    }

    @Override
    public void look(int number, RequestBytes out) {
        out.request(3).word(kind.look()).word(KEY);
        if (kind == Kind.LIST) {
            out.integer(0);
        } else {
            out.word("element:", number, Kind.DIGITS);
        }
    }

    @Override
    public List<String> count() {
        return List.of(kind.count(), KEY);
    }
}
