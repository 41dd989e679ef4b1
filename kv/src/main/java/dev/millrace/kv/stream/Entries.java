package dev.millrace.kv.stream;

import dev.millrace.kv.collection.StreamCursor;
import dev.millrace.kv.collection.StreamId;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.resp.Reply;
import dev.millrace.kv.store.Place;

/** Answers entries: each is an array of its ID and an array of its names and values. */
final class Entries {
    private Entries() {}

    static void id(Call call, StreamId id) {
        call.reply().bulkPair(id.ms(), id.seq());
    }

    static void entry(Call call, StreamCursor entry) {
        Reply reply = call.reply();
        reply.array(2);
        reply.bulkPair(entry.ms(), entry.seq());
        int fields = entry.fields();
        reply.array(2 * fields);
        Element name = call.element();
        Element value = call.otherElement();
        for (int left = fields; left > 0; left--) {
            entry.field(name, value);
            reply.bulk(name.address(), name.length());
            reply.bulk(value.address(), value.length());
        }
    }

    /** Answers an array of up to so many entries. */
    static void entries(Call call, StreamCursor cursor, long count) {
        long begun = call.reply().out().length();
        int entries = 0;
        while (entries < count && cursor.next()) {
            entries++;
            entry(call, cursor);
        }
        call.reply().arrayInFront(begun, entries);
    }

    /** Answers the entry of an ID; false, and nothing, if it is not there. */
    static boolean one(Call call, Place key, StreamId id) {
        StreamCursor cursor = StreamCursor.upwards(key, id, id);
        boolean is = cursor.next();
        if (is) {
            entry(call, cursor);
        }
        return is;
    }
}
