package dev.millrace.bench.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a server prints: read to the end so that it never blocks, its last lines kept. */
final class ServerOutput {
    private static final int LINES_MAX = 20;
    private static final Pattern READY = Pattern.compile("ready in (\\d+) ms");

    private final Deque<String> tail = new ArrayDeque<>();
    private OptionalLong readyNanos = OptionalLong.empty();
    private OptionalLong saidMillis = OptionalLong.empty();

    /** Follows the process until it closes its output. */
    void follow(Process process) {
        Thread.ofVirtual()
                .name("output of " + process.pid())
                .start(
                        () -> {
                            try (BufferedReader reader = process.inputReader()) {
                                reader.lines().forEach(this::line);
                            } catch (IOException | UncheckedIOException ended) {
                                line("(output ended: " + ended.getMessage() + ")");
                            }
                        });
    }

    synchronized void line(String line) {
        Matcher ready = READY.matcher(line);
        if (readyNanos.isEmpty() && ready.find()) {
            readyNanos = OptionalLong.of(System.nanoTime());
            saidMillis = OptionalLong.of(Long.parseLong(ready.group(1)));
        }
        if (tail.size() == LINES_MAX) {
            tail.removeFirst();
        }
        tail.addLast(line);
    }

    /** When the line {@code ready in N ms} was read, by {@link System#nanoTime}. */
    synchronized OptionalLong readyNanos() {
        return readyNanos;
    }

    /** The N of that line. */
    synchronized OptionalLong saidMillis() {
        return saidMillis;
    }

    /** The last lines, for an error message. */
    synchronized String tail() {
        return String.join("\n", tail);
    }
}
