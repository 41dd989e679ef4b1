package dev.millrace.queue.nsq.identify;

import dev.millrace.queue.nsq.wire.Refusal;

/**
 * What the operator allows, and what holds for a client that asks for nothing. The defaults are
 * nsqd's, but for {@code deferMillisMax}: a message that is put off costs nothing here.
 *
 * @param messageBytesMax a message is at most so long
 * @param bodyBytesMax a body of MPUB, IDENTIFY and AUTH is at most so long
 * @param timeoutMillis how long a consumer has for a message
 * @param timeoutMillisMax the most that it can ask for, and that TOUCH can bring
 * @param deferMillisMax DPUB refuses more, REQ makes it this
 * @param heartbeatMillis how often a client is asked for a sign of life
 * @param heartbeatMillisMax the most that it can ask for
 * @param readyMax RDY counts are at most this
 * @param attemptsMax a message that was delivered so often goes to the dead letters; 0: never
 */
public record Limits(
        int messageBytesMax,
        int bodyBytesMax,
        long timeoutMillis,
        long timeoutMillisMax,
        long deferMillisMax,
        long heartbeatMillis,
        long heartbeatMillisMax,
        int readyMax,
        int attemptsMax) {
    /** In ms; nothing shorter can be asked for. */
    static final int INTERVAL_MILLIS_MIN = 1_000;

    /** How much is gathered for a client before it is sent. */
    static final int OUTPUT_BYTES = 16 * 1024;

    static final int OUTPUT_BYTES_MIN = 64;

    /** The most that can be gathered. */
    public static final int OUTPUT_BYTES_MAX = 64 * 1024;

    /** How long it is gathered. */
    static final int OUTPUT_MILLIS = 250;

    static final int OUTPUT_MILLIS_MIN = 25;

    /** The longest that it can be gathered. */
    public static final int OUTPUT_MILLIS_MAX = 30_000;

    static final int SAMPLE_RATE_MAX = 99;

    /** The hardest that deflate can try. */
    public static final int DEFLATE_LEVEL_MAX = 6;

    private static final long MINUTE = 60_000;
    private static final long YEAR = 365L * 24 * 60 * MINUTE;

    /** What holds where nothing is set. */
    public static final Limits DEFAULT =
            new Limits(1 << 20, 5 << 20, MINUTE, 15 * MINUTE, YEAR, MINUTE / 2, MINUTE, 2_500, 0);

    /** Refuses a message that is to be put by for too long, in the name of its command. */
    public void requireDelay(String verb, long millis) throws Refusal {
        if (millis > deferMillisMax) {
            throw Refusal.closing(
                    "E_INVALID", verb + " timeout " + millis + " out of range 0-" + deferMillisMax);
        }
    }
}
