package dev.millrace.kv.lua;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.resp.Request;

import org.jspecify.annotations.Nullable;

/** What a running script asks of the server. */
public interface ScriptHost {
    /** What a script is told that was killed. */
    String KILLED = "ERR Script killed by user with SCRIPT KILL...";

    /**
     * Runs a command.
     *
     * @param answer empty; where its reply is put
     * @param protocol of the reply, 2 or 3
     * @return why it was not run, with the code of the error; null if it was
     */
    @Nullable String call(Request request, NativeBuffer answer, int protocol);

    /** Whether the script's client may run this; null if there is no such command. */
    @Nullable Boolean permits(Request request);

    /**
     * Asked every {@link Sandbox#PERIOD_INSTRUCTIONS} or so.
     *
     * @return true if the script is to end
     */
    boolean isKilled();

    /**
     * Writes to the server's log.
     *
     * @param level as Redis counts them: 0 is debug, 3 a warning
     */
    void log(int level, String text);

    /** The script's answer is an error. It counts, unless a command has counted it. */
    void failed(String error, boolean counts);
}
