package dev.millrace.bench.client;

import dev.millrace.bench.server.RequestBytes;

/** Keys with one value. */
public record Strings(Keys keys, String value) implements Filling {
    @Override
    public String text() {
        return "keys of %d + %d B".formatted(keys.bytes(), value.length());
    }

    @Override
    public void put(int from, int to, RequestBytes out) {
        key(out.request(3).word("SET"), from).word(value);
    }

    @Override
    public void look(int number, RequestBytes out) {
        key(out.request(2).word("GET"), number);
    }

    private RequestBytes key(RequestBytes out, int number) {
        return out.word(keys.prefix(), number, keys.digits());
    }
}
