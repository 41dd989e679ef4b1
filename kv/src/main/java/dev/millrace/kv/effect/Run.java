package dev.millrace.kv.effect;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.command.Key;

/** A number of alike things within an effect, counted while they are written: u32 count, things. */
final class Run {
    private final Effects effects;
    private long begun = -1;
    private int count;

    Run(Effects effects) {
        this.effects = effects;
    }

    boolean isOpen() {
        return begun >= 0;
    }

    void begin() {
        assert !isOpen();
        NativeBuffer out = effects.record();
        begun = out.length();
        count = 0;
        out.putInt(0);
    }

    /** Where the next is to be written. */
    NativeBuffer next() {
        count++;
        return effects.record();
    }

    /** Ends it, and the effect on a key with it, if it was begun at all; says whether it was. */
    boolean endIfOpen(Key key, boolean created) {
        if (!isOpen()) {
            return false;
        }
        end();
        effects.touched(key, created);
        return true;
    }

    void end() {
        Memory.putInt(effects.record().address() + begun, count);
        begun = -1;
    }
}
