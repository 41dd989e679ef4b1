package dev.millrace.registry.effect;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Touched;

/** Changes as bytes, one after the other. */
public final class Changes {
    private Changes() {}

    /** The registry's number among state machines. */
    public static int machine() {
        return Codes.MACHINE;
    }

    /** Adds a change at an index. */
    public static void write(NativeBuffer out, long index, Change change) {
        out.putVarint(index);
        out.putByte(change.code());
        change.write(new Form(out));
    }

    /**
     * The state after one change that was written, at its index.
     *
     * @throws dev.millrace.kernel.journal.CorruptJournalException if it is not one, or does not fit
     */
    public static State replayed(State before, FormReader in) {
        long index = in.varint();
        Change change = read(in);
        try {
            return change.on(before, index, Touched.NOBODY).at(index);
        } catch (IllegalArgumentException misfit) {
            throw in.damaged(misfit.toString());
        }
    }

    /**
     * The state with what one change has put there, which a checkpoint held.
     *
     * @throws dev.millrace.kernel.journal.CorruptJournalException if it is not one, or does not fit
     */
    public static State restored(State before, FormReader in) {
        long index = in.varint();
        Change change = read(in);
        if (!(change instanceof Kept kept)) {
            throw in.damaged("effect " + change.code() + " in a checkpoint, index " + index);
        }
        try {
            return kept.restored(before);
        } catch (IllegalArgumentException misfit) {
            throw in.damaged(misfit.toString());
        }
    }

    private static Change read(FormReader in) {
        int code = in.unsignedByte();
        return switch (code) {
            case Codes.PUT_NODE -> PutNode.read(in);
            case Codes.DROP_NODE -> DropNode.read(in);
            case Codes.PUT_INSTANCE -> PutInstance.read(in);
            case Codes.DROP_INSTANCE -> DropInstance.read(in);
            case Codes.PUT_CHECK -> PutCheck.read(in);
            case Codes.DROP_CHECK -> DropCheck.read(in);
            case Codes.SET_STATUS -> SetStatus.read(in);
            case Codes.PUT_KEY -> PutKey.read(in);
            case Codes.DROP_KEY -> DropKey.read(in);
            case Codes.DROP_TREE -> DropTree.read(in);
            case Codes.PUT_SESSION -> PutSession.read(in);
            case Codes.DROP_SESSION -> DropSession.read(in);
            case Codes.PUT_TOKEN -> PutToken.read(in);
            case Codes.DROP_TOKEN -> DropToken.read(in);
            case Codes.PUT_POLICY -> PutPolicy.read(in);
            case Codes.DROP_POLICY -> DropPolicy.read(in);
            case Codes.PUT_ROLE -> PutRole.read(in);
            case Codes.DROP_ROLE -> DropRole.read(in);
            case Codes.PUT_QUERY -> PutQuery.read(in);
            case Codes.DROP_QUERY -> DropQuery.read(in);
            case Codes.FIRE_EVENT -> FireEvent.read(in);
            default -> throw in.damaged("effect " + code + ": unknown");
        };
    }
}
