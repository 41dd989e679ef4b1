package dev.millrace.kv.effect;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.collection.ScoredCombination.Aggregate;
import dev.millrace.kv.collection.ScoredCombination.Operation;
import dev.millrace.kv.rdb.Dumps;
import dev.millrace.kv.rdb.Limits;
import dev.millrace.kv.resp.DoubleText;
import dev.millrace.kv.resp.RequestWriter;
import dev.millrace.kv.store.ServerState;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Stripes;

/**
 * Says effects as commands, so that a server that knows commands only comes to the same state: what
 * a replica of Redis's is sent, and what a Redis would find in its append only file.
 *
 * <p>Each effect is one command that follows from its bytes alone, whatever the state is; the one
 * exception is an insertion by index, which no command can do: it is a small script. Commands are
 * arrays of bulk strings (RESP2, "Sending commands to a Redis server").
 */
public final class EffectCommands {
    /** Puts ARGV[2] before the element that has the index ARGV[1], whatever equals it elsewhere. */
    private static final String INSERT =
            """
            local o=redis.call('LINDEX',KEYS[1],ARGV[1]) \
            redis.call('LSET',KEYS[1],ARGV[1],ARGV[3]) \
            redis.call('LINSERT',KEYS[1],'BEFORE',ARGV[3],ARGV[2]) \
            redis.call('LSET',KEYS[1],ARGV[1]+1,o)\
            """;

    /** Stands for an element while it is moved; nobody else's. */
    private static final String MARK = "millrace:4f6c1d0e-7f0b-4a55-9f38-0b1f0c6d2a9e";

    private final EffectReader in;
    private final StreamCommands stream = new StreamCommands(this);
    private final NativeBuffer words = new NativeBuffer(256);
    private final RequestWriter request = new RequestWriter(words);
    private int database = -1;
    private int commands;
    private long headBytes;
    private long key;
    private int keyLength;
    private int keyDatabase;

    public EffectCommands(Stripes stripes) {
        this.in = new EffectReader(stripes);
    }

    /** The database that the other side has selected; -1 if it is not known. */
    public int database() {
        return database;
    }

    /** Says which database the other side has selected. */
    public void database(int selected) {
        database = selected;
    }

    /** A record begins. */
    public void begin() {
        headBytes = 0;
    }

    /** Bytes of the SELECT that stands before all commands of the record; 0 if none does. */
    public long headBytes() {
        return headBytes;
    }

    /**
     * Appends the commands of one part of a record; SELECT before those in another database.
     *
     * @return how many they are, SELECT not counted
     */
    public int write(long address, int bytes, NativeBuffer to) {
        request.to(to);
        commands = 0;
        in.read(address, bytes);
        while (in.hasMore()) {
            one(Effect.of(in.u8()));
        }
        return commands;
    }

    private void one(Effect effect) {
        switch (effect) {
            case PUT_STRING -> putString();
            case DELETE -> {
                readKey();
                if (keyDatabase == Stripe.SYSTEM) {
                    ServerState.libraryOf(key, keyLength).ifPresent(this::deleteLibrary);
                } else {
                    beginOnKey(2, "DEL");
                }
            }
            case EXPIRE -> expire();
            case SET_RANGE -> setRange();
            case COPY -> copy();
            case FLUSH -> {
                select(in.database());
                begin(1, "FLUSHDB");
            }
            case SWAP -> {
                begin(3, "SWAPDB");
                number(in.database());
                number(in.database());
            }
            case COMBINE -> combine();
            case MOVE -> move();
            case HASH_PUT -> hashPut();
            case HASH_REMOVE -> eachOf("HDEL");
            case SET_ADD -> {
                readKey();
                in.u8();
                eachOfRead("SADD");
            }
            case SET_REMOVE -> eachOf("SREM");
            case LIST_PUSH -> push();
            case LIST_POP -> pop();
            case LIST_SET -> setElement();
            case LIST_INSERT -> insert();
            case LIST_REMOVE -> trim();
            case LIST_REMOVE_EQUAL -> removeEqual();
            case LIST_MOVE -> moveElement();
            case SORTED_PUT -> sortedPut();
            case SORTED_REMOVE -> eachOf("ZREM");
            case SORTED_REMOVE_RANKS -> {
                readKey();
                long rank = in.varint();
                long count = in.varint();
                beginOnKey(4, "ZREMRANGEBYRANK");
                number(rank);
                number(rank + count - 1);
            }
            case RESTORE -> restore();
            case SORTED_COMBINE -> sortedCombine();
            case SORTED_COPY_RANKS -> {
                readKey();
                long rank = in.varint();
                long count = in.varint();
                in.u8();
                storeRange(rank, count);
            }
            case STREAM_ADD,
                    STREAM_TRIM,
                    STREAM_DELETE,
                    STREAM_SET,
                    STREAM_PUT_GROUP,
                    STREAM_REMOVE_GROUP,
                    STREAM_ADD_CONSUMER,
                    STREAM_SEE,
                    STREAM_REMOVE_CONSUMER,
                    STREAM_DELIVER,
                    STREAM_DELIVER_AGAIN,
                    STREAM_CLAIM,
                    STREAM_ACKNOWLEDGE -> {
                readKey();
                stream.one(effect);
            }
            case SORTED_COPY_GROWN -> {
                readKey();
                long rank = in.varint();
                long count = in.varint();
                storeRange(rank, count);
                in.varint();
                in.varint();
            }
        }
    }

    // ---- Keys and strings

    private void putString() {
        readKey();
        in.u8();
        long expiresAt = in.i64();
        int length = in.length();
        long value = in.skip(length);
        if (keyDatabase == Stripe.SYSTEM) {
            if (ServerState.libraryOf(key, keyLength).isPresent()) {
                begin(4, "FUNCTION");
                bulk("LOAD");
                bulk("REPLACE");
                bulk(value, length);
            }
            return;
        }
        beginOnKey(expiresAt == 0 ? 3 : 5, "SET");
        bulk(value, length);
        if (expiresAt != 0) {
            bulk("PXAT");
            number(expiresAt);
        }
    }

    private void deleteLibrary(String name) {
        begin(3, "FUNCTION");
        bulk("DELETE");
        bulk(name);
    }

    private void expire() {
        readKey();
        long expiresAt = in.i64();
        if (expiresAt == 0) {
            beginOnKey(2, "PERSIST");
        } else {
            beginOnKey(3, "PEXPIREAT");
            number(expiresAt);
        }
    }

    /** Where nothing is written only the form of the string changes, which is nobody else's. */
    private void setRange() {
        readKey();
        long offset = in.varint();
        int length = in.length();
        long value = in.skip(length);
        if (length > 0) {
            beginOnKey(4, "SETRANGE");
            number(offset);
            bulk(value, length);
        }
    }

    private void copy() {
        readKey();
        int database = in.database();
        beginOnKey(6, "COPY");
        bytes();
        bulk("DB");
        number(database);
        bulk("REPLACE");
    }

    private void move() {
        readKey();
        int database = in.database();
        if (database == keyDatabase) {
            beginOnKey(3, "RENAME");
            bytes();
            return;
        }
        beginOnKey(6, "COPY");
        bytes();
        bulk("DB");
        number(database);
        bulk("REPLACE");
        beginOnKey(2, "DEL");
    }

    private void combine() {
        readKey();
        Combination.Operation operation = Combination.Operation.of(in.u8());
        int count = in.length();
        select(keyDatabase);
        begin(3 + count, "BITOP");
        bulk(operation.name());
        bulk(key, keyLength);
        for (int i = 0; i < count; i++) {
            bytes();
        }
    }

    private void restore() {
        readKey();
        long expiresAt = in.i64();
        for (int i = 0; i < Limits.COUNT; i++) {
            in.varint();
        }
        int type = in.u8();
        int length = in.length();
        long dump = in.skip(length);
        words.clear();
        words.putByte(type);
        words.put(dump, length);
        Dumps.end(words);
        beginOnKey(6, "RESTORE");
        number(expiresAt);
        bulk(words.address(), Math.toIntExact(words.length()));
        bulk("REPLACE");
        bulk("ABSTTL");
        words.shrink();
    }

    // ---- Collections

    private void eachOf(String command) {
        readKey();
        eachOfRead(command);
    }

    private void eachOfRead(String command) {
        int count = in.count();
        beginOnKey(2 + count, command);
        for (int i = 0; i < count; i++) {
            bytes();
        }
    }

    private void hashPut() {
        readKey();
        in.u8();
        int count = in.count();
        beginOnKey(2 + 2 * count, "HSET");
        for (int i = 0; i < 2 * count; i++) {
            bytes();
        }
    }

    private void push() {
        readKey();
        in.u8();
        eachOfRead(isFront() ? "LPUSH" : "RPUSH");
    }

    private boolean isFront() {
        return in.u8() == ListEffects.FRONT;
    }

    private void pop() {
        readKey();
        boolean front = isFront();
        beginOnKey(3, front ? "LPOP" : "RPOP");
        number(in.varint());
    }

    private void setElement() {
        readKey();
        long index = in.varint();
        beginOnKey(4, "LSET");
        number(index);
        bytes();
    }

    /** What is inserted before an element that is taken out next takes its place. */
    private void insert() {
        readKey();
        in.u8();
        long index = in.varint();
        int length = in.length();
        long element = in.skip(length);
        if (nextTakesOut(index + 1)) {
            beginOnKey(4, "LSET");
            number(index);
            bulk(element, length);
            return;
        }
        select(keyDatabase);
        begin(7, "EVAL");
        bulk(INSERT);
        number(1);
        bulk(key, keyLength);
        number(index);
        bulk(element, length);
        bulk(MARK);
    }

    /** If the next effect takes one element out of the same list, at this index, it is read. */
    private boolean nextTakesOut(long index) {
        if (!in.hasMore()) {
            return false;
        }
        EffectReader.Mark mark = in.mark();
        if (in.u8() == Effect.LIST_REMOVE.code()
                && in.database() == keyDatabase
                && isSameKey(in.length())
                && in.varint() == index
                && in.varint() == 1) {
            return true;
        }
        in.back(mark);
        return false;
    }

    private boolean isSameKey(int length) {
        long at = in.skip(length);
        return length == keyLength && Memory.equal(at, key, length);
    }

    /** LTRIM is the only command that takes a range out, of one end or the other. */
    private void trim() {
        readKey();
        long index = in.varint();
        long count = in.varint();
        beginOnKey(4, "LTRIM");
        number(index == 0 ? count : 0);
        number(index == 0 ? -1 : index - 1);
    }

    private void removeEqual() {
        readKey();
        boolean front = isFront();
        long limit = in.i64();
        beginOnKey(4, "LREM");
        if (limit == Long.MAX_VALUE) {
            number(0);
        } else {
            number(front ? limit : -limit);
        }
        bytes();
    }

    private void moveElement() {
        readKey();
        in.database();
        int length = in.length();
        long to = in.skip(length);
        boolean fromFront = isFront();
        in.u8();
        beginOnKey(5, "LMOVE");
        bulk(to, length);
        bulk(fromFront ? "LEFT" : "RIGHT");
        bulk(isFront() ? "LEFT" : "RIGHT");
    }

    private void sortedPut() {
        readKey();
        in.u8();
        int count = in.count();
        beginOnKey(2 + 2 * count, "ZADD");
        for (int i = 0; i < count; i++) {
            bulk(DoubleText.of(in.f64()));
            bytes();
        }
    }

    private void storeRange(long rank, long count) {
        in.database();
        int length = in.length();
        long to = in.skip(length);
        select(keyDatabase);
        begin(5, "ZRANGESTORE");
        bulk(to, length);
        bulk(key, keyLength);
        number(rank);
        number(rank + count - 1);
    }

    private void sortedCombine() {
        readKey();
        Operation operation = Operation.of(in.u8());
        Aggregate aggregate = Aggregate.of(in.u8());
        in.u8();
        int count = in.length();
        double[] weights = new double[count];
        boolean plain = operation == Operation.DIFFERENCE;
        String name =
                switch (operation) {
                    case UNION -> "ZUNIONSTORE";
                    case INTERSECTION -> "ZINTERSTORE";
                    case DIFFERENCE -> "ZDIFFSTORE";
                };
        beginOnKey(plain ? 3 + count : 6 + 2 * count, name);
        number(count);
        for (int i = 0; i < count; i++) {
            bytes();
            weights[i] = in.f64();
        }
        if (!plain) {
            bulk("WEIGHTS");
            for (double weight : weights) {
                bulk(DoubleText.of(weight));
            }
            bulk("AGGREGATE");
            bulk(aggregate.name());
        }
    }

    // ---- Reading

    private void readKey() {
        keyDatabase = in.database();
        keyLength = in.length();
        key = in.skip(keyLength);
    }

    EffectReader in() {
        return in;
    }

    /** As {@link #beginOnKey}, of a container's command, whose key follows the subcommand. */
    void beginOnKey(int arguments, String container, String subcommand) {
        select(keyDatabase);
        begin(arguments, container);
        bulk(subcommand);
        bulk(key, keyLength);
    }

    /** The next bytes behind their length, as an argument. */
    void bytes() {
        int length = in.length();
        bulk(in.skip(length), length);
    }

    // ---- Writing

    /** Selects the first database if it is not known which one is, for what has none of its own. */
    public void selectAny(NativeBuffer to) {
        request.to(to);
        if (database < 0) {
            select(0);
        }
    }

    private void select(int wanted) {
        if (wanted != database) {
            boolean first = request.out().length() == 0;
            request.begin(2);
            bulk("SELECT");
            number(wanted);
            database = wanted;
            if (first) {
                headBytes = request.out().length();
            }
        }
    }

    private void begin(int arguments, String name) {
        commands++;
        request.begin(arguments);
        bulk(name);
    }

    void beginOnKey(int arguments, String name) {
        select(keyDatabase);
        begin(arguments, name);
        bulk(key, keyLength);
    }

    void number(long value) {
        request.number(value);
    }

    void bulk(String text) {
        request.word(text);
    }

    void bulk(long address, int length) {
        request.word(address, length);
    }
}
