package dev.millrace.kernel.config;

/**
 * One thing wrong with the configuration.
 *
 * @param where file and line, or the option of the command line
 * @param key the setting, as it was written
 * @param given what was found
 * @param expected what would have been right
 */
public record Complaint(String where, String key, String given, String expected) {
    @Override
    public String toString() {
        String named = key.isEmpty() ? "" : key + ": ";
        return where + ": " + named + given + " (expected: " + expected + ")";
    }
}
