package dev.millrace.kv.session;

import dev.millrace.kv.command.Command;
import dev.millrace.kv.resp.Request;

/** Sees each command after it ran, on its lane. */
public interface CommandTap {
    /**
     * Told of one command.
     *
     * @param database where it ran
     * @param redacted bits of the arguments that are nobody's business
     */
    void command(Session session, Command command, Request request, int database, long redacted);
}
