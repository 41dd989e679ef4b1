package dev.millrace.kernel.log;

import java.time.Instant;
import java.util.Map;

/**
 * One line to be.
 *
 * @param fields in the order they were given
 */
record Event(
        Instant time, Log.Level level, String room, String event, Map<String, Object> fields) {}
