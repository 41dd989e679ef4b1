package dev.millrace.kv.rdb;

/** The types of values in a dump, by their codes, as far as they are or may be read here. */
final class DumpType {
    static final int STRING = 0;
    static final int LIST = 1;
    static final int SET = 2;
    static final int ZSET = 3;
    static final int HASH = 4;
    static final int ZSET_BINARY = 5;
    static final int HASH_ZIPMAP = 9;
    static final int LIST_ZIPLIST = 10;
    static final int SET_INTEGERS = 11;
    static final int ZSET_ZIPLIST = 12;
    static final int HASH_ZIPLIST = 13;
    static final int LIST_ZIPLISTS = 14;
    static final int STREAM_EARLY = 15;
    static final int HASH_LISTPACK = 16;
    static final int ZSET_LISTPACK = 17;
    static final int LIST_LISTPACKS = 18;
    static final int STREAM = 19;

    /** In a list's nodes: one element as it is, or a listpack. */
    static final int NODE_PLAIN = 1;

    static final int NODE_PACKED = 2;

    private DumpType() {}

    /** What a type is called that is not read here. */
    static String name(int type) {
        return switch (type) {
            case 6, 7 -> "a module's value (type " + type + ")";
            case 21 -> "a stream of Redis 7.2 (type 21)";
            case 20 -> "a set as a listpack, of Redis 7.2 (type 20)";
            default -> "a value of type " + type;
        };
    }
}
