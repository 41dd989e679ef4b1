package dev.millrace.kv.blocking;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Key;

/** What is done for a client that has waited for a key. */
@FunctionalInterface
public interface Service {
    /**
     * Answers the client and changes what is to be changed, as if its command ran now: the call has
     * its session and its arguments. Effects are at most what the command's cost says. It may
     * refuse before the first; then the client has its error and waits no more.
     *
     * <p>Redis does not count these changes unless they would be counted here: see {@link
     * dev.millrace.kv.effect.Effects#count}.
     *
     * @param key with what was waited for, see {@link Wanted.Wish}
     */
    void serve(Call call, Key key);
}
