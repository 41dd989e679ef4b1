package dev.millrace.kv.effect;

import dev.millrace.kv.collection.StreamId;

/**
 * Says effects on streams as commands; see {@link EffectCommands}. What is delivered is said as
 * Redis says it to its replicas: XCLAIM with FORCE. That a consumer was seen, or has got its own
 * pending entries again, Redis does not tell either.
 */
final class StreamCommands {
    private final EffectCommands to;

    StreamCommands(EffectCommands to) {
        this.to = to;
    }

    /** Reads an effect behind its key. */
    void one(Effect effect) {
        EffectReader in = to.in();
        switch (effect) {
            case STREAM_ADD -> add(in);
            case STREAM_TRIM -> trim(in);
            case STREAM_DELETE -> {
                int count = in.count();
                to.beginOnKey(2 + count, "XDEL");
                ids(in, count);
            }
            case STREAM_SET -> {
                to.beginOnKey(7, "XSETID");
                id(in);
                to.bulk("ENTRIESADDED");
                to.number(in.i64());
                to.bulk("MAXDELETEDID");
                id(in);
            }
            case STREAM_PUT_GROUP -> putGroup(in);
            case STREAM_REMOVE_GROUP -> {
                to.beginOnKey(4, "XGROUP", "DESTROY");
                to.bytes();
            }
            case STREAM_ADD_CONSUMER -> {
                to.beginOnKey(5, "XGROUP", "CREATECONSUMER");
                to.bytes();
                to.bytes();
                in.i64();
            }
            case STREAM_SEE -> {
                names(in);
                in.i64();
            }
            case STREAM_REMOVE_CONSUMER -> {
                to.beginOnKey(5, "XGROUP", "DELCONSUMER");
                to.bytes();
                to.bytes();
            }
            case STREAM_DELIVER -> deliver(in);
            case STREAM_DELIVER_AGAIN -> {
                names(in);
                in.skip(4 * Long.BYTES);
            }
            case STREAM_CLAIM -> claim(in);
            case STREAM_ACKNOWLEDGE -> {
                Name group = name(in);
                int count = in.count();
                to.beginOnKey(3 + count, "XACK");
                bulk(group);
                ids(in, count);
            }
            default -> throw new AssertionError("not on a stream: " + effect);
        }
    }

    private record Name(long address, int length) {}

    private static Name name(EffectReader in) {
        int length = in.length();
        return new Name(in.skip(length), length);
    }

    private static void names(EffectReader in) {
        name(in);
        name(in);
    }

    private void bulk(Name name) {
        to.bulk(name.address, name.length);
    }

    private static StreamId read(EffectReader in) {
        return new StreamId(in.i64(), in.i64());
    }

    private void id(EffectReader in) {
        to.bulk(read(in).toString());
    }

    private void ids(EffectReader in, int count) {
        for (int i = 0; i < count; i++) {
            id(in);
        }
    }

    private void add(EffectReader in) {
        String id = read(in).toString();
        in.u8();
        int count = in.count();
        to.beginOnKey(3 + count, "XADD");
        to.bulk(id);
        for (int i = 0; i < count; i++) {
            to.bytes();
        }
    }

    private void trim(EffectReader in) {
        in.varint();
        in.varint();
        StreamId first = read(in);
        boolean all = first.equals(StreamId.MIN);
        to.beginOnKey(5, "XTRIM");
        to.bulk(all ? "MAXLEN" : "MINID");
        to.bulk("=");
        to.bulk(all ? "0" : first.toString());
    }

    private void putGroup(EffectReader in) {
        Name group = name(in);
        boolean makes = in.u8() != 0;
        to.beginOnKey(makes ? 8 : 7, "XGROUP", makes ? "CREATE" : "SETID");
        bulk(group);
        id(in);
        if (makes) {
            to.bulk("MKSTREAM");
        }
        to.bulk("ENTRIESREAD");
        to.number(in.i64());
    }

    private void deliver(EffectReader in) {
        Name group = name(in);
        Name consumer = name(in);
        long timeMillis = in.i64();
        boolean pends = in.u8() != 0;
        int count = in.count();
        if (pends && count > 0) {
            to.beginOnKey(11 + count, "XCLAIM");
            bulk(group);
            bulk(consumer);
            to.number(0);
            ids(in, count);
            claimed(timeMillis, 1);
        } else {
            in.skip(count * 2 * Long.BYTES);
        }
        to.beginOnKey(7, "XGROUP", "SETID");
        bulk(group);
        id(in);
        to.bulk("ENTRIESREAD");
        to.number(in.i64());
    }

    private void claimed(long timeMillis, long deliveries) {
        to.bulk("TIME");
        to.number(timeMillis);
        to.bulk("RETRYCOUNT");
        to.number(deliveries);
        to.bulk("FORCE");
        to.bulk("JUSTID");
    }

    private void claim(EffectReader in) {
        Name group = name(in);
        Name consumer = name(in);
        long timeMillis = in.i64();
        for (int left = in.count(); left > 0; left--) {
            StreamId id = read(in);
            to.beginOnKey(12, "XCLAIM");
            bulk(group);
            bulk(consumer);
            to.number(0);
            to.bulk(id.toString());
            claimed(timeMillis, in.i64());
        }
    }
}
