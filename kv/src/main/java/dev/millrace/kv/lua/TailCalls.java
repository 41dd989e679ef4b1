package dev.millrace.kv.lua;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * Has a script's {@code return next(x)} be an ordinary call. In Lua a call at the end of a function
 * takes that function's place on the stack, unless what is called is written in C: so an error in
 * {@code next} names the line of the script. Some functions that are C's elsewhere are Lua code
 * here ({@code sandbox.lua}); called so, they would leave no trace of who called them.
 *
 * <p>Only calls of these functions by their names are changed. Functions of a script's own call one
 * another as they did, as deep as they like.
 *
 * <p>It works on what Lua 5.1 compiles ({@code string.dump}; the format is that of {@code
 * lundump.c}): the instruction TAILCALL becomes CALL, which is all the difference there is, for the
 * compiler puts a RETURN of all results behind either. A chunk of another format is left as it is.
 */
final class TailCalls {
    /** Little endian; int, size_t, instruction and number have 4, 8, 4 and 8 bytes. */
    private static final byte[] HEADER = {0x1b, 'L', 'u', 'a', 0x51, 0, 1, 4, 8, 4, 8, 0};

    /** Those of sandbox.lua, by their names as globals. */
    private static final Set<String> FUNCTIONS =
            Set.of(
                    "collectgarbage",
                    "getmetatable",
                    "load",
                    "loadstring",
                    "next",
                    "pairs",
                    "pcall",
                    "rawget",
                    "rawset",
                    "setmetatable",
                    "unpack",
                    "xpcall");

    /** Tables that scripts cannot change, with functions of which some are sandbox.lua's. */
    private static final Set<String> TABLES = Set.of("coroutine", "string", "table");

    private static final int LOADNIL = 3;
    private static final int GETGLOBAL = 5;
    private static final int GETTABLE = 6;
    private static final int NEWTABLE = 10;
    private static final int SELF = 11;
    private static final int CONCAT = 21;
    private static final int TESTSET = 27;
    private static final int CALL = 28;
    private static final int TAILCALL = 29;
    private static final int CLOSURE = 36;
    private static final int VARARG = 37;
    private static final int OPCODE_MASK = 0x3f;

    private static final int CONSTANT_NIL = 0;
    private static final int CONSTANT_FLAG = 1;
    private static final int CONSTANT_NUMBER = 3;
    private static final int CONSTANT_STRING = 4;

    private final ByteBuffer chunk;
    private boolean changed;

    private TailCalls(byte[] chunk) {
        this.chunk = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The chunk with these calls changed; nothing if there are none. */
    static Optional<byte[]> changed(byte[] compiled) {
        if (compiled.length < HEADER.length
                || !Arrays.equals(compiled, 0, HEADER.length, HEADER, 0, HEADER.length)) {
            return Optional.empty();
        }
        TailCalls calls = new TailCalls(compiled.clone());
        calls.chunk.position(HEADER.length);
        try {
            calls.function();
        } catch (BufferUnderflowException | IllegalArgumentException otherFormat) {
            return Optional.empty();
        }
        return calls.changed ? Optional.of(calls.chunk.array()) : Optional.empty();
    }

    private void skip(long bytes) {
        chunk.position(Math.toIntExact(chunk.position() + bytes));
    }

    private void skipString() {
        skip(chunk.getLong());
    }

    /** A function, with those inside it. */
    private void function() {
        skipString(); // source
        skip(2 * Integer.BYTES + 4); // its lines; upvalues, parameters, varargs, registers
        int count = chunk.getInt();
        int code = chunk.position();
        skip((long) count * Integer.BYTES);
        String[] constants = constants();
        change(code, count, constants);
        for (int inner = chunk.getInt(); inner > 0; inner--) {
            function();
        }
        skip((long) chunk.getInt() * Integer.BYTES); // lines
        for (int locals = chunk.getInt(); locals > 0; locals--) {
            skipString();
            skip(2 * Integer.BYTES);
        }
        for (int upvalues = chunk.getInt(); upvalues > 0; upvalues--) {
            skipString();
        }
    }

    /** Strings among the constants; what is none is empty. */
    private String[] constants() {
        String[] constants = new String[chunk.getInt()];
        Arrays.fill(constants, "");
        for (int i = 0; i < constants.length; i++) {
            switch (chunk.get()) {
                case CONSTANT_NIL -> {}
                case CONSTANT_FLAG -> skip(1);
                case CONSTANT_NUMBER -> skip(Double.BYTES);
                case CONSTANT_STRING -> constants[i] = string();
                default -> throw new IllegalArgumentException("no constant of Lua 5.1");
            }
        }
        return constants;
    }

    private String string() {
        byte[] bytes = new byte[Math.toIntExact(chunk.getLong())];
        chunk.get(bytes);
        return new String(bytes, 0, bytes.length - 1, StandardCharsets.ISO_8859_1);
    }

    // ---- Instructions

    private void change(int code, int count, String[] constants) {
        for (int at = 0; at < count; at++) {
            int instruction = chunk.getInt(code + at * Integer.BYTES);
            if ((instruction & OPCODE_MASK) == TAILCALL
                    && callsOurs(code, at, a(instruction), constants)) {
                chunk.putInt(code + at * Integer.BYTES, instruction & ~OPCODE_MASK | CALL);
                changed = true;
            }
        }
    }

    private static int a(int instruction) {
        return instruction >>> 6 & 0xff;
    }

    private static int b(int instruction) {
        return instruction >>> 23;
    }

    private static int c(int instruction) {
        return instruction >>> 14 & 0x1ff;
    }

    /** The constant of an index from 256 on; empty if it is a register's. */
    private static String constant(int index, String[] constants) {
        return index < 256 ? "" : constants[index - 256];
    }

    /**
     * Whether what a register holds for the call at an instruction is a function of sandbox.lua.
     */
    private boolean callsOurs(int code, int at, int register, String[] constants) {
        int set = lastSet(code, at, register);
        if (set < 0) {
            return false;
        }
        int instruction = chunk.getInt(code + set * Integer.BYTES);
        return switch (instruction & OPCODE_MASK) {
            case GETGLOBAL -> FUNCTIONS.contains(constants[instruction >>> 14]);
            case GETTABLE ->
                    !constant(c(instruction), constants).isEmpty()
                            && isTable(code, set, b(instruction), constants);
            default -> false;
        };
    }

    private boolean isTable(int code, int at, int register, String[] constants) {
        int set = lastSet(code, at, register);
        if (set < 0) {
            return false;
        }
        int instruction = chunk.getInt(code + set * Integer.BYTES);
        return (instruction & OPCODE_MASK) == GETGLOBAL
                && TABLES.contains(constants[instruction >>> 14]);
    }

    /** The instruction before one that has set a register; -1 if none has. */
    private int lastSet(int code, int before, int register) {
        for (int at = before - 1; at >= 0; at--) {
            if (sets(chunk.getInt(code + at * Integer.BYTES), register)) {
                return at;
            }
        }
        return -1;
    }

    private static boolean sets(int instruction, int register) {
        int first = a(instruction);
        int opcode = instruction & OPCODE_MASK;
        return switch (opcode) {
            case LOADNIL -> first <= register && register <= b(instruction);
            case SELF -> register == first || register == first + 1;
            case CALL, VARARG -> first <= register;
            default -> register == first && setsOne(opcode);
        };
    }

    private static boolean setsOne(int opcode) {
        return opcode <= GETTABLE
                || opcode == NEWTABLE
                || opcode > SELF && opcode <= CONCAT
                || opcode == TESTSET
                || opcode == CLOSURE;
    }
}
