package dev.millrace.registry.http;

import java.io.Serial;

/** A request's no: a status, and what Consul says of it. */
public final class Refusal extends Exception {
    @Serial private static final long serialVersionUID = 1;

    private final int status;

    public Refusal(int status, String text) {
        super(text, null, false, false);
        this.status = status;
    }

    /** Something is wrong with the request itself. */
    public static Refusal bad(String text) {
        return new Refusal(400, text);
    }

    /** What Consul's servers find wrong with a change; its agents have no other status for it. */
    public static Refusal invalid(String text) {
        return new Refusal(500, text);
    }

    public static Refusal notFound(String text) {
        return new Refusal(404, text);
    }

    /** The token does not allow it. */
    public static Refusal denied(String text) {
        return new Refusal(403, "Permission denied: " + text);
    }

    /** Nobody has the token that is shown. */
    public static Refusal unknownToken() {
        return new Refusal(403, "token does not exist: ACL not found");
    }

    /** A body that is not what is expected. */
    public static Refusal undecodable(String reason) {
        return bad("Request decode failed: " + reason);
    }

    public int status() {
        return status;
    }

    public String text() {
        return String.valueOf(getMessage());
    }
}
