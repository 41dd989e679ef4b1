package dev.millrace.queue.nsq.wire;

/**
 * What follows a command's line: nothing, or a length and so many bytes.
 *
 * @param code of the refusal of a bad length
 * @param what stands before the length in nsqd's words when it is none, as in {@code PUB invalid
 *     message body size 0}
 * @param tooBig stands there when it is too much, as in {@code PUB message too big}
 * @param bytesMax a body is at most so long
 */
public record Body(String code, String what, String tooBig, int bytesMax) {
    /** The line is all. */
    public static final Body NONE = new Body("", "", "", 0);

    /** One message. */
    public static Body message(String verb, int bytesMax) {
        return new Body(
                "E_BAD_MESSAGE",
                verb + " invalid message body size ",
                verb + " message too big ",
                bytesMax);
    }

    /** Anything else. */
    public static Body of(String verb, int bytesMax) {
        return new Body(
                "E_BAD_BODY", verb + " invalid body size ", verb + " body too big ", bytesMax);
    }

    boolean isNone() {
        return bytesMax == 0;
    }

    /** Refuses a body that is empty, or too long. */
    public void check(int bytes) throws Refusal {
        if (bytes <= 0) {
            throw Refusal.closing(code, what + bytes);
        }
        if (bytes > bytesMax) {
            throw Refusal.closing(code, tooBig + bytes + " > " + bytesMax);
        }
    }
}
