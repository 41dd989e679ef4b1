package dev.millrace.kernel.admin;

/**
 * What the operator gets.
 *
 * @param status of HTTP
 * @param type of the body, as in {@code text/plain; charset=utf-8}
 */
public record AdminReply(int status, String type, String body) {
    private static final String TEXT = "text/plain; charset=utf-8";

    /** Status 200 and some lines. */
    public static AdminReply text(String body) {
        return new AdminReply(200, TEXT, body);
    }

    /** Some lines with another status. */
    public static AdminReply text(int status, String body) {
        return new AdminReply(status, TEXT, body);
    }

    /** Status 200 and JSON. */
    public static AdminReply json(String body) {
        return new AdminReply(200, "application/json", body);
    }
}
