package dev.millrace.kv.bitmap;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.bitmap.FieldType.Overflow;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.resp.Request;

import java.util.ArrayList;
import java.util.List;

/**
 * BITFIELD and BITFIELD_RO: integers of any width at any bit of a string. All operations are read
 * before the first is done; each that changes something is one effect of a few bytes.
 */
public final class BitFields {
    /** An effect, without its key. */
    private static final int EFFECT_BYTES = 32;

    /** An operation that writes has four arguments. */
    private static final int WRITE_ARGUMENTS = 4;

    /** What an operation takes of the heap, with its type. */
    private static final int OPERATION_BYTES = 72;

    private enum Kind {
        GET,
        SET,
        INCRBY
    }

    private record Operation(
            Kind kind, FieldType type, long offset, long operand, Overflow overflow) {
        long end() {
            return offset + type.bits();
        }
    }

    private final Call call;
    private final List<Operation> operations = new ArrayList<>();
    private long writtenBits;

    private BitFields(Call call) {
        this.call = call;
    }

    public static List<Command> all() {
        return List.of(
                Command.named("bitfield")
                        .since("3.2.0")
                        .group("bitmap")
                        .complexity("O(1) for each subcommand specified")
                        .summary("Perform arbitrary bitfield integer operations on strings")
                        .arity(-2)
                        .keys(Keys.one())
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .categories("bitmap")
                        .cost(BitFields::cost)
                        .access(
                                KeyAccess.of("RW", "update", "access", "variable_flags")
                                        .noted(
                                                "This command allows both access and modification of the key"))
                        .access(BitFields::treatment)
                        .does(call -> new BitFields(call).parse().run(false)),
                Command.named("bitfield_ro")
                        .since("6.0.0")
                        .group("bitmap")
                        .complexity("O(1) for each subcommand specified")
                        .summary(
                                "Perform arbitrary bitfield integer operations on strings."
                                        + " Read-only variant of BITFIELD")
                        .arity(-2)
                        .keys(Keys.one())
                        .flags(Flag.READONLY, Flag.FAST)
                        .categories("bitmap")
                        .does(call -> new BitFields(call).parse().run(true)));
    }

    /** Read-only if there are whole GETs and nothing else. */
    private static KeyAccess treatment(Request request) {
        int next = 2;
        while (next < request.count()) {
            int arguments = request.is(next, "GET") ? 2 : request.is(next, "OVERFLOW") ? 1 : 0;
            if (arguments == 0 || next + arguments >= request.count()) {
                return KeyAccess.of("RW", "access", "update");
            }
            next += 1 + arguments;
        }
        return KeyAccess.of("RO", "access");
    }

    /** One effect for each operation, one to make the string as long as it must be. */
    private static long cost(Request request) {
        long effects = request.count() / WRITE_ARGUMENTS + 2L;
        return effects * (request.length(1) + EFFECT_BYTES);
    }

    private BitFields parse() {
        Overflow overflow = Overflow.WRAP;
        int at = 2;
        while (at < call.count()) {
            int left = call.count() - at - 1;
            if (call.is(at, "OVERFLOW") && left >= 1) {
                overflow = overflow(at + 1);
                at += 2;
            } else {
                Operation operation = operation(at, kind(at, left), overflow);
                call.takeHeap(OPERATION_BYTES);
                operations.add(operation);
                at += operation.kind == Kind.GET ? WRITE_ARGUMENTS - 1 : WRITE_ARGUMENTS;
            }
        }
        return this;
    }

    private Overflow overflow(int index) {
        for (Overflow overflow : Overflow.values()) {
            if (call.is(index, overflow.name())) {
                return overflow;
            }
        }
        throw new Refusal("ERR Invalid OVERFLOW type specified");
    }

    private Kind kind(int index, int left) {
        for (Kind kind : Kind.values()) {
            if (call.is(index, kind.name()) && left >= (kind == Kind.GET ? 2 : 3)) {
                return kind;
            }
        }
        throw Refusal.SYNTAX;
    }

    private Operation operation(int at, Kind kind, Overflow overflow) {
        FieldType type = FieldType.parse(call, at + 1);
        long offset = BitOffset.parseField(call, at + 2, type.bits());
        long operand = kind == Kind.GET ? 0 : call.integer(at + 3);
        Operation operation = new Operation(kind, type, offset, operand, overflow);
        if (kind != Kind.GET) {
            writtenBits = Math.max(writtenBits, operation.end());
        }
        return operation;
    }

    private void run(boolean readOnly) {
        if (readOnly && writtenBits > 0) {
            throw new Refusal("ERR BITFIELD_RO only supports the GET subcommand");
        }
        boolean writes = writtenBits > 0;
        Key key = (writes ? call.write(1) : call.read(1)).requireString();
        boolean grows = writes && grow(key, (writtenBits + 7) >>> 3);
        call.reply().array(operations.size());
        boolean changed = false;
        for (Operation operation : operations) {
            changed |= run(key, operation, grows);
        }
        if (changed) {
            call.notify(Notification.STRING, "setbit", key);
        }
    }

    private boolean grow(Key key, long bytes) {
        boolean grows = bytes > key.valueLength();
        if (grows) {
            call.effects().setRange(key, Math.toIntExact(bytes), key.address(), 0);
            call.effects().count(-1); // What it is done for counts.
        } else {
            call.effects().makeRaw(key);
        }
        return grows;
    }

    /** True if it counts as a change. */
    private boolean run(Key key, Operation operation, boolean grew) {
        FieldType type = operation.type;
        long before = type.ofBits(get(key, operation.offset, type.bits()));
        if (operation.kind == Kind.GET) {
            call.reply().integer(before);
            return false;
        }
        boolean adds = operation.kind == Kind.INCRBY;
        long value = adds ? before : operation.operand;
        long increment = adds ? operation.operand : 0;
        if (operation.overflow == Overflow.FAIL && type.overflow(value, increment) != 0) {
            call.reply().nullBulk();
            return false;
        }
        long after = type.sum(value, increment, operation.overflow);
        call.reply().integer(adds ? after : before);
        if (before != after) {
            set(key, operation.offset, type.bits(), after);
        } else if (grew) {
            call.effects().count(1);
        }
        return grew || before != after;
    }

    /** The bits at {@code offset}; those behind the string's end are 0. */
    private static long get(Key key, long offset, int bits) {
        long end = offset + bits;
        long value = 0;
        for (long at = offset >>> 3; at * 8 < end; at++) {
            int found = at < key.valueLength() ? Memory.getUnsignedByte(key.value() + at) : 0;
            int above = (int) Math.max(offset - at * 8, 0);
            int below = (int) Math.max(at * 8 + 8 - end, 0);
            int width = 8 - above - below;
            value = value << width | found >>> below & 0xff >>> 8 - width;
        }
        return value;
    }

    private void set(Key key, long offset, int bits, long value) {
        long end = offset + bits;
        long first = offset >>> 3;
        int count = (int) ((end + 7 >>> 3) - first);
        NativeBuffer changed = call.scratch();
        changed.put(key.value() + first, count);
        long rest = value;
        for (long at = first + count - 1; at >= first; at--) {
            int above = (int) Math.max(offset - at * 8, 0);
            int below = (int) Math.max(at * 8 + 8 - end, 0);
            int width = 8 - above - below;
            int mask = (0xff >>> 8 - width) << below;
            long place = changed.address() + at - first;
            int kept = Memory.getByte(place) & ~mask;
            Memory.putByte(place, kept | (int) (rest << below) & mask);
            rest >>>= width;
        }
        call.effects().setRange(key, (int) first, changed.address(), count);
    }
}
