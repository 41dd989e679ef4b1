package dev.millrace.kernel.admin;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Whether this process should be sent work. It is ready when nobody holds it back; each part that
 * does names itself and why. Any thread may call it.
 */
public final class Health {
    /** The part that holds everything back while rooms are started or stopped. */
    public static final String NODE = "node";

    private final Map<String, String> reasons = new ConcurrentSkipListMap<>();
    private final Map<String, String> warnings = new ConcurrentSkipListMap<>();

    /** From now on this process is not ready, because of {@code part}; a later reason replaces. */
    public void unready(String part, String reason) {
        reasons.put(part, reason);
    }

    /** Nothing about {@code part} stands in the way any more. */
    public void ready(String part) {
        reasons.remove(part);
    }

    /** {@code part} works, but somebody should look; a later warning replaces. */
    public void warn(String part, String warning) {
        warnings.put(part, warning);
    }

    /** {@code part} warns of nothing any more. */
    public void calm(String part) {
        warnings.remove(part);
    }

    /** What is warned of, by part. */
    public Map<String, String> warnings() {
        return Map.copyOf(warnings);
    }

    /** Whether nothing stands in the way. */
    public boolean isReady() {
        return reasons.isEmpty();
    }

    /** What stands in the way, by part. */
    public Map<String, String> reasons() {
        return Map.copyOf(reasons);
    }

    /**
     * One line per part that stands in the way, {@code part: reason}, in the order of their names,
     * or {@code ready}; then one per warning, {@code warning: part: text}.
     */
    String text() {
        StringBuilder lines = new StringBuilder();
        reasons.forEach(
                (part, reason) -> lines.append(part).append(": ").append(reason).append('\n'));
        if (lines.isEmpty()) {
            lines.append("ready\n");
        }
        warnings.forEach(
                (part, warning) ->
                        lines.append("warning: ")
                                .append(part)
                                .append(": ")
                                .append(warning)
                                .append('\n'));
        return lines.toString();
    }
}
