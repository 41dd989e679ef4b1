package dev.millrace.kernel.log;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Writes each event as one line into a sink that any thread may call. */
public final class LineLog implements Log {
    private static final int VALUE_CHARACTERS_MAX = 8_192;

    private final LineForm form;
    private final Level least;
    private final InstantSource clock;
    private final Consumer<String> sink;
    private final String room;

    private LineLog(
            LineForm form, Level least, InstantSource clock, Consumer<String> sink, String room) {
        this.form = form;
        this.least = least;
        this.clock = clock;
        this.sink = sink;
        this.room = room;
    }

    /** A log whose lines are handed to {@code sink}, without their line ends. */
    public static LineLog to(
            Consumer<String> sink, LineForm form, Level least, InstantSource clock) {
        return new LineLog(form, least, clock, sink, "kernel");
    }

    /** A log on standard error. */
    public static LineLog toStandardError(LineForm form, Level least) {
        return to(line -> System.err.println(line), form, least, InstantSource.system());
    }

    @Override
    public boolean writes(Level level) {
        return level.compareTo(least) >= 0;
    }

    @Override
    public void write(Level level, String event, Object... fields) {
        if (!writes(level)) {
            return;
        }
        assert fields.length % 2 == 0 : event + ": a key without a value";
        Map<String, Object> named = new LinkedHashMap<>();
        for (int at = 0; at + 1 < fields.length; at += 2) {
            named.put(String.valueOf(fields[at]), shown(fields[at + 1]));
        }
        sink.accept(form.line(new Event(clock.instant(), level, room, event, named)));
    }

    @Override
    public Log in(String name) {
        return new LineLog(form, least, clock, sink, name);
    }

    private Object shown(Object value) {
        return switch (value) {
            case Throwable failure -> writes(Level.DEBUG) ? trace(failure) : brief(failure);
            case Number number -> number;
            case Boolean flag -> flag;
            default -> limited(String.valueOf(value));
        };
    }

    private static String limited(String text) {
        return text.length() <= VALUE_CHARACTERS_MAX
                ? text
                : text.substring(0, VALUE_CHARACTERS_MAX) + "…";
    }

    private static String brief(Throwable failure) {
        StackTraceElement[] frames = failure.getStackTrace();
        return limited(frames.length == 0 ? failure.toString() : failure + " at " + frames[0]);
    }

    private static String trace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return limited(text.toString());
    }
}
