package dev.millrace.kv.session;

import dev.millrace.kv.command.Notification;

/** Where keyspace events go. */
public interface Notifications {
    /** Nobody is told anything. */
    Notifications NONE =
            new Notifications() {
                @Override
                public boolean wants(Notification kind) {
                    return false;
                }

                @Override
                public void send(Lane lane, String event, int database, byte[] key, long position) {
                    throw new AssertionError("nobody wants events");
                }
            };

    boolean wants(Notification kind);

    /** Called under the stripe's lock, so that events of a key keep their order. */
    void send(Lane lane, String event, int database, byte[] key, long position);
}
