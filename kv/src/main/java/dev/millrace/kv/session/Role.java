package dev.millrace.kv.session;

import dev.millrace.kv.command.Command;

import org.jspecify.annotations.Nullable;

/** What a server is that is no plain master, and what it refuses therefore. From any thread. */
public interface Role {
    /** Why a client's command may not run now, or null. */
    @Nullable String refusal(Session session, Command command);

    /** It follows another server. */
    boolean isReplica();

    /** Memory beyond the limit is the other server's business. */
    boolean ignoresMaxmemory();
}
