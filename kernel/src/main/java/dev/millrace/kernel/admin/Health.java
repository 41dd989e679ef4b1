package dev.millrace.kernel.admin;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Whether this process should be sent work. It is ready when nobody holds it back; each part that
 * does names itself and why. Any thread may call it.
 */
public final class Health {
    private final Map<String, String> reasons = new ConcurrentSkipListMap<>();

    /** From now on this process is not ready, because of {@code part}; a later reason replaces. */
    public void unready(String part, String reason) {
        reasons.put(part, reason);
    }

    /** Nothing about {@code part} stands in the way any more. */
    public void ready(String part) {
        reasons.remove(part);
    }

    /** Whether nothing stands in the way. */
    public boolean isReady() {
        return reasons.isEmpty();
    }

    /** What stands in the way, by part. */
    public Map<String, String> reasons() {
        return Map.copyOf(reasons);
    }

    /** One line per part, {@code part: reason}, in the order of their names. */
    String text() {
        StringBuilder lines = new StringBuilder();
        reasons.forEach(
                (part, reason) -> lines.append(part).append(": ").append(reason).append('\n'));
        return lines.isEmpty() ? "ready\n" : lines.toString();
    }
}
