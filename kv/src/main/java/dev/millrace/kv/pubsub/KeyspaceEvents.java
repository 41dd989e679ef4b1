package dev.millrace.kv.pubsub;

import dev.millrace.kv.command.Notification;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.Notifications;

import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;

/**
 * Keyspace notifications: what {@code notify-keyspace-events} asks for goes out on {@code
 * __keyspace@db__:key} and {@code __keyevent@db__:event} (Redis documentation, "Redis keyspace
 * notifications").
 */
public final class KeyspaceEvents implements Notifications {
    private static final String ALLOWED = "Ag$lshzxeKEtmdn";

    /** What A stands for. */
    private static final Set<Notification> ALL =
            EnumSet.complementOf(EnumSet.of(Notification.KEY_MISS, Notification.NEW));

    private final PubSub pubSub;
    private final int mask;
    private final boolean byKey;
    private final boolean byEvent;

    private KeyspaceEvents(PubSub pubSub, int mask, boolean byKey, boolean byEvent) {
        this.pubSub = pubSub;
        this.mask = mask;
        this.byKey = byKey;
        this.byEvent = byEvent;
    }

    /** True if every letter names a class of events. */
    public static boolean isValid(String letters) {
        return letters.chars().allMatch(letter -> ALLOWED.indexOf(letter) >= 0);
    }

    /** The same classes, in the order in which Redis answers them. */
    public static String canonical(String letters) {
        StringBuilder text = new StringBuilder();
        int mask = mask(letters);
        if ((mask & mask(ALL)) == mask(ALL)) {
            text.append('A');
        } else {
            append(text, mask & ~Notification.KEY_MISS.mask());
        }
        for (char letter : new char[] {'K', 'E', 'm'}) {
            if (letters.indexOf(letter) >= 0) {
                text.append(letter);
            }
        }
        return text.toString();
    }

    private static void append(StringBuilder text, int mask) {
        for (Notification kind : Notification.values()) {
            if ((mask & kind.mask()) != 0) {
                text.append(kind.letter());
            }
        }
    }

    private static int mask(Set<Notification> kinds) {
        return kinds.stream().mapToInt(Notification::mask).reduce(0, (a, b) -> a | b);
    }

    private static int mask(String letters) {
        int mask = letters.indexOf('A') >= 0 ? mask(ALL) : 0;
        for (Notification kind : Notification.values()) {
            if (letters.indexOf(kind.letter()) >= 0) {
                mask |= kind.mask();
            }
        }
        return mask;
    }

    /** Makes the server tell what these letters ask for. */
    public static void configure(KvServer server, String letters) {
        boolean byKey = letters.indexOf('K') >= 0;
        boolean byEvent = letters.indexOf('E') >= 0;
        int mask = mask(letters);
        server.notifications(
                mask == 0 || !byKey && !byEvent
                        ? NONE
                        : new KeyspaceEvents(PubSub.of(server), mask, byKey, byEvent));
    }

    @Override
    public boolean wants(Notification kind) {
        return (mask & kind.mask()) != 0;
    }

    @Override
    public void send(Lane lane, String event, int database, byte[] key, long position) {
        byte[] name = event.getBytes(StandardCharsets.US_ASCII);
        if (byKey) {
            pubSub.publish(lane, channel("keyspace", database, key), name, position);
        }
        if (byEvent) {
            pubSub.publish(lane, channel("keyevent", database, name), key, position);
        }
    }

    private static byte[] channel(String kind, int database, byte[] rest) {
        byte[] head = ("__" + kind + "@" + database + "__:").getBytes(StandardCharsets.US_ASCII);
        byte[] channel = new byte[head.length + rest.length];
        System.arraycopy(head, 0, channel, 0, head.length);
        System.arraycopy(rest, 0, channel, head.length, rest.length);
        return channel;
    }
}
