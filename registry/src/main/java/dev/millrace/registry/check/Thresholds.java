package dev.millrace.registry.check;

/**
 * How many answers of one kind, one after another, change a status. What is good is counted from
 * the first: 0 and 1 both mean at once.
 *
 * @param successBeforePassing answers that pass or warn, before the status says so
 * @param failuresBeforeWarning failures before the status is warning
 * @param failuresBeforeCritical failures before the status is critical
 */
public record Thresholds(
        int successBeforePassing, int failuresBeforeWarning, int failuresBeforeCritical) {
    /** Every answer changes the status at once. */
    public static final Thresholds NONE = new Thresholds(0, 0, 0);
}
