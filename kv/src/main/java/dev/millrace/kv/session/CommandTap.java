package dev.millrace.kv.session;

import dev.millrace.kv.command.Command;
import dev.millrace.kv.resp.Request;

/** Sees each command before it runs, on its lane. */
public interface CommandTap {
    void command(Session session, Command command, Request request);
}
