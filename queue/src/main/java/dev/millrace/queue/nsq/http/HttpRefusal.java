package dev.millrace.queue.nsq.http;

import java.io.Serial;

/** A request's no: a status, and the word that nsqd has for it. */
public final class HttpRefusal extends Exception {
    @Serial private static final long serialVersionUID = 1;

    private final int status;

    HttpRefusal(int status, String word) {
        super(word, null, false, false);
        this.status = status;
    }

    static HttpRefusal bad(String word) {
        return new HttpRefusal(400, word);
    }

    static HttpRefusal notFound(String word) {
        return new HttpRefusal(404, word);
    }

    static HttpRefusal tooBig(String word) {
        return new HttpRefusal(413, word);
    }

    int status() {
        return status;
    }

    String word() {
        return String.valueOf(getMessage());
    }
}
