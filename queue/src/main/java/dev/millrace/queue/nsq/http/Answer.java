package dev.millrace.queue.nsq.http;

/**
 * What a request gets, with status 200.
 *
 * @param json whether it is JSON; else it is text
 * @param changed whether it may be sent only when what was changed is durable
 */
record Answer(String body, boolean json, boolean changed) {
    static Answer text(String body) {
        return new Answer(body, false, false);
    }

    static Answer json(String body) {
        return new Answer(body, true, false);
    }

    /** Something was changed. */
    static Answer done(String body) {
        return new Answer(body, false, true);
    }
}
