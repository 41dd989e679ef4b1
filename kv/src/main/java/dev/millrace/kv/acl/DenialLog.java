package dev.millrace.kv.acl;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.acl.Denial.Context;
import dev.millrace.kv.acl.Denial.Reason;
import dev.millrace.kv.resp.Request;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * What was denied of late, the newest first: ACL LOG. Any lane adds to it. Who may do nothing can
 * still ask for a key of 500 MB, so of names only the beginning is kept.
 */
final class DenialLog {
    /** Of a name so much is kept, bytes. */
    private static final int NAME_BYTES_MAX = 4096;

    /** What is repeated within so long counts as the same event. */
    private static final long SAME_EVENT_MILLIS = 60_000;

    /** Among so many of the newest. */
    private static final int SAME_EVENT_ENTRIES = 10;

    /**
     * @param object the command, key or channel, bytes as characters
     * @param user name, bytes as characters
     */
    record Entry(
            long count,
            Reason reason,
            Context context,
            String object,
            String user,
            long atMillis,
            String client) {
        boolean isSameEvent(Entry other) {
            return reason == other.reason
                    && context == other.context
                    && Math.abs(atMillis - other.atMillis) <= SAME_EVENT_MILLIS
                    && object.equals(other.object)
                    && user.equals(other.user);
        }

        Entry {
            object = begin(object);
            user = begin(user);
        }

        private static String begin(String name) {
            return name.substring(0, Math.min(name.length(), NAME_BYTES_MAX));
        }

        /** This once more. */
        Entry after(Entry older) {
            return new Entry(older.count + 1, reason, context, object, user, atMillis, client);
        }
    }

    private final Deque<Entry> entries = new ArrayDeque<>();

    /** Of an argument, what is kept. */
    static byte[] kept(Request request, int argument) {
        int bytes = Math.min(request.length(argument), NAME_BYTES_MAX);
        return Memory.bytes(request.address(argument), bytes);
    }

    synchronized void add(Entry event, long most) {
        Entry added = event;
        Iterator<Entry> newest = entries.iterator();
        for (int i = 0; i < SAME_EVENT_ENTRIES && newest.hasNext(); i++) {
            Entry known = newest.next();
            if (known.isSameEvent(event)) {
                added = event.after(known);
                newest.remove();
                break;
            }
        }
        entries.addFirst(added);
        while (entries.size() > most) {
            entries.removeLast();
        }
    }

    synchronized void clear() {
        entries.clear();
    }

    /** So many of the newest. */
    synchronized List<Entry> newest(long count) {
        List<Entry> all = new ArrayList<>(entries);
        return all.subList(0, Math.clamp(count, 0, all.size()));
    }
}
