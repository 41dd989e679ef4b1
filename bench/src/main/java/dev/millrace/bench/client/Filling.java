package dev.millrace.bench.client;

import dev.millrace.bench.server.RequestBytes;

import java.util.List;

/** What a server is filled with: things that have numbers. To add one, implement this. */
public interface Filling {
    /** As a title says it, for example {@code sets of ten small integers}. */
    String text();

    /** How many things one request may put. */
    default int perRequest() {
        return 1;
    }

    /** One request that puts the things numbered {@code from} to {@code to - 1}. */
    void put(int from, int to, RequestBytes out);

    /** One request that looks at one thing. */
    void look(int number, RequestBytes out);

    /** The command that counts the things. */
    default List<String> count() {
        return List.of("DBSIZE");
    }
}
