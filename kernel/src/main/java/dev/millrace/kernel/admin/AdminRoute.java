package dev.millrace.kernel.admin;

import java.io.IOException;

/**
 * One thing an operator may ask of the running process over HTTP. A room adds its own by {@link
 * AdminRoutes#add}. It is answered on a virtual thread of its own, so it may block.
 *
 * @param method as in HTTP; what changes anything is {@code POST}
 * @param path exact, as {@code /backup}
 * @param answer what to do
 */
public record AdminRoute(String method, String path, Answer answer) {
    /** What a route does. */
    @FunctionalInterface
    public interface Answer {
        /**
         * Answers one request.
         *
         * @throws IOException becomes status 500 with its message
         */
        AdminReply to(AdminRequest request) throws IOException, InterruptedException;
    }

    /** A question, which changes nothing. */
    public static AdminRoute get(String path, Answer answer) {
        return new AdminRoute("GET", path, answer);
    }

    /** An order. */
    public static AdminRoute post(String path, Answer answer) {
        return new AdminRoute("POST", path, answer);
    }
}
