package dev.millrace.kv.command;

import java.util.Locale;

/** The command flags that COMMAND INFO answers, in Redis's order. */
public enum Flag {
    WRITE,
    READONLY,
    DENYOOM,
    ADMIN,
    PUBSUB,
    NOSCRIPT,
    BLOCKING,
    LOADING,
    STALE,
    SKIP_MONITOR,
    SKIP_SLOWLOG,
    ASKING,
    FAST,
    NO_AUTH,
    NO_MANDATORY_KEYS,
    NO_ASYNC_LOADING,
    MAY_REPLICATE,
    NO_MULTI,
    MOVABLEKEYS,
    ALLOW_BUSY;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
