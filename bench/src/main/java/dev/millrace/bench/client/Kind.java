package dev.millrace.bench.client;

import dev.millrace.bench.server.RequestBytes;

/** The collections, how elements get into them, and what a small element is. */
public enum Kind {
    /** Fields of some letters with values of eight. */
    HASH("hash", "HSET", "HEXISTS", "HLEN", 2) {
        @Override
        void small(RequestBytes out, int key, int number) {
            out.word("field:", number, 1).word("", scatter(key + number) % 100_000_000, 8);
        }

        @Override
        void large(RequestBytes out, int number) {
            out.word("element:", number, DIGITS).word("", scatter(number) % 100_000_000, 8);
        }
    },
    /** Small integers, or strings where there are many. */
    SET("set", "SADD", "SISMEMBER", "SCARD", 1) {
        @Override
        void small(RequestBytes out, int key, int number) {
            out.integer(number * 97L + key % 97);
        }

        @Override
        void large(RequestBytes out, int number) {
            out.word("element:", number, DIGITS);
        }
    },
    /** Short strings. */
    LIST("list", "RPUSH", "LINDEX", "LLEN", 1) {
        @Override
        void small(RequestBytes out, int key, int number) {
            out.word("item:", scatter(key + number) % 10_000, 4);
        }

        @Override
        void large(RequestBytes out, int number) {
            out.word("element:", number, DIGITS);
        }
    },
    /** Members of some letters with scores that come in no order. */
    SORTED_SET("zset", "ZADD", "ZSCORE", "ZCARD", 2) {
        @Override
        void small(RequestBytes out, int key, int number) {
            out.integer(scatter(key + number) % 1000).word("member:", number, 2);
        }

        @Override
        void large(RequestBytes out, int number) {
            out.integer(scatter(number)).word("element:", number, DIGITS);
        }
    };

    /** Of the number in a large collection's element. */
    static final int DIGITS = 12;

    // Of 2^32, so that scattered numbers stay distinct: Knuth's multiplier is odd.
    private static final long MULTIPLIER = 2_654_435_761L;
    private static final long MASK = 0xffff_ffffL;

    private final String word;
    private final String put;
    private final String look;
    private final String count;
    private final int words;

    Kind(String word, String put, String look, String count, int words) {
        this.word = word;
        this.put = put;
        this.look = look;
        this.count = count;
        this.words = words;
    }

    /** As rows are named after it. */
    public String word() {
        return word;
    }

    /** The command that puts elements. */
    String put() {
        return put;
    }

    /** The command that looks at one element; a list's index follows, else the element. */
    String look() {
        return look;
    }

    /** The command that counts elements. */
    String count() {
        return count;
    }

    /** How many words of {@link #put} are one element. */
    int words() {
        return words;
    }

    /** The words of an element of a small collection that has this number as its key. */
    abstract void small(RequestBytes out, int key, int number);

    /** The words of an element of a large collection. */
    abstract void large(RequestBytes out, int number);

    private static long scatter(int number) {
        return number * MULTIPLIER & MASK;
    }
}
