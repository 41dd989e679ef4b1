package dev.millrace.kv.effect;

import dev.millrace.kernel.journal.CorruptJournalException;

/**
 * Every change there is. The codes are the format: they never change, and a new one gets the next.
 * Lengths and offsets are varints, {@code count} is four bytes, times are ms since 1970 in eight.
 */
enum Effect {
    /** {@code db key encoding(u8) expiry value}: the key is this string now. */
    PUT_STRING(0),
    /** {@code db key}: the key is gone. */
    DELETE(1),
    /** {@code db key expiry}: it expires then; 0 for never. */
    EXPIRE(2),
    /** {@code db key offset value}: these bytes stand in the string; it grows with zeros. */
    SET_RANGE(3),
    /** {@code db key db2 key2}: key2 is a copy of key, with its expiry. */
    COPY(4),
    /** {@code db}: the database is empty. */
    FLUSH(5),
    /** {@code db db2}: the two databases changed places. */
    SWAP(6),
    /**
     * {@code db key operation(u8) keys(varint) key...}: the key is the strings' bitwise
     * combination.
     */
    COMBINE(7),
    /** {@code db key db2 key2}: what was under key is under key2 now, with its expiry. */
    MOVE(8),
    /** {@code db key table(u8) count (field value)...}: set in the hash, a table first if 1. */
    HASH_PUT(9),
    /** {@code db key count field...}: out of the hash. */
    HASH_REMOVE(10),
    /** {@code db key encoding(u8) count member...}: in the set, which has that encoding first. */
    SET_ADD(11),
    /** {@code db key count member...}: out of the set. */
    SET_REMOVE(12),
    /** {@code db key large(u8) end(u8) count element...}: at one end of the list, one by one. */
    LIST_PUSH(13),
    /** {@code db key end(u8) elements(varint)}: off one end of the list. */
    LIST_POP(14),
    /** {@code db key index element}: the element at an index, from the front, is another. */
    LIST_SET(15),
    /** {@code db key large(u8) index element}: in the list, before what has the index now. */
    LIST_INSERT(16),
    /**
     * {@code db key index elements(varint)}: so many elements are out of the list, from the index
     * on.
     */
    LIST_REMOVE(17),
    /**
     * {@code db key table(u8) count (score(f64) member)...}: in the sorted set, a table first if 1.
     */
    SORTED_PUT(18),
    /** {@code db key count member...}: out of the sorted set. */
    SORTED_REMOVE(19),
    /**
     * {@code db key rank members(varint)}: so many members are out of the sorted set, from the rank
     * on.
     */
    SORTED_REMOVE_RANKS(20),
    /** {@code db key back(u8) limit(i64) element}: so many of its like are out of the list. */
    LIST_REMOVE_EQUAL(21),
    /**
     * {@code db key db2 key2 end(u8) large(u8) end2(u8)}: what was at an end of the list is at an
     * end of another.
     */
    LIST_MOVE(22),
    /**
     * {@code db key expiry limits(5 varints) type(u8) bytes(varint) dump}: the key, where nothing
     * was, has the value that is dumped.
     */
    RESTORE(23),
    /**
     * {@code db key operation(u8) aggregate(u8) table(u8) keys(varint) (key weight(f64))...}: the
     * key is the combination of these sorted sets and sets; a table if 1.
     */
    SORTED_COMBINE(30),
    /**
     * {@code db key rank members(varint) table(u8) db2 key2}: key2 is so many members of the sorted
     * set, from the rank on; a table if 1.
     */
    SORTED_COPY_RANKS(31),
    /**
     * {@code db key rank members(varint) db2 key2 packed(varint) packed members(varint)}: key2 is a
     * table of so many members of the sorted set, from the rank on. Of those from the rank {@code
     * packed} of the result on, which a listpack held before it became a table, no score is -0.
     */
    SORTED_COPY_GROWN(32),
    /**
     * {@code db key id(2 i64) own(u8) count (field value)...}: the entry is the stream's last, in a
     * node of its own if 1.
     */
    STREAM_ADD(40),
    /**
     * {@code db key nodes(varint) entries(varint) id}: so many nodes are off the stream's front,
     * and so many entries of the next; the first that is left, 0-0 if none is.
     */
    STREAM_TRIM(41),
    /** {@code db key count id...}: out of the stream. */
    STREAM_DELETE(42),
    /** {@code db key id added(i64) id}: the last ID, the entries ever added, the last deleted. */
    STREAM_SET(43),
    /** {@code db key group new(u8) id read(i64)}: the group has read so far; a new one if 1. */
    STREAM_PUT_GROUP(44),
    /** {@code db key group}: the group is gone. */
    STREAM_REMOVE_GROUP(45),
    /** {@code db key group consumer time}: there is such a consumer, seen then. */
    STREAM_ADD_CONSUMER(46),
    /** {@code db key group consumer time}: it was seen then. */
    STREAM_SEE(47),
    /** {@code db key group consumer}: the consumer is gone, with what is pending for it. */
    STREAM_REMOVE_CONSUMER(48),
    /**
     * {@code db key group consumer time pends(u8) count id... id read(i64)}: these entries are
     * delivered to the consumer, and pending if 1; the group has read so far.
     */
    STREAM_DELIVER(49),
    /**
     * {@code db key group consumer id most(i64) time}: so many that are pending for the consumer,
     * from an ID on, are delivered again.
     */
    STREAM_DELIVER_AGAIN(50),
    /** {@code db key group consumer time count (id deliveries(i64))...}: pending for it now. */
    STREAM_CLAIM(51),
    /** {@code db key group count id...}: not pending any more. */
    STREAM_ACKNOWLEDGE(52);

    static final int MACHINE = 1;

    private final int code;

    Effect(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    private static final Effect[] ALL = values();
    private static final int[] BY_CODE = byCode();

    /** For each code the place of its effect, from 1 on. */
    private static int[] byCode() {
        int[] places = new int[ALL[ALL.length - 1].code + 1];
        for (int i = 0; i < ALL.length; i++) {
            places[ALL[i].code] = i + 1;
        }
        return places;
    }

    static Effect of(int code) {
        if (code >= BY_CODE.length || BY_CODE[code] == 0) {
            throw new CorruptJournalException("kv effect: " + code + " (expected: one it knows)");
        }
        return ALL[BY_CODE[code] - 1];
    }
}
