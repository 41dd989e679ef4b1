package dev.millrace.registry.check;

import java.time.Duration;
import java.time.Instant;

/**
 * A service's check that is critical, whoever set it so.
 *
 * @param service the instance's id on the check's node
 * @param deregisterAfter how long it may be critical; zero: for ever
 * @param since when it became so
 */
public record CriticalCheck(
        CheckKey key, String service, Duration deregisterAfter, Instant since) {}
