package dev.millrace.kv.effect;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.store.ServerState;
import dev.millrace.kv.store.ServerState.Library;

import java.nio.charset.StandardCharsets;

/**
 * Changes of what belongs to no key: as commands make them, and as a replay repeats them. All
 * stripes are locked.
 */
public final class ServerEffects {
    private final Effects effects;
    private final ServerState state;

    ServerEffects(Effects effects, ServerState state) {
        this.effects = effects;
        this.state = state;
    }

    /** A library is there, in the place of one of the same name. */
    public void putLibrary(Library library) {
        logLibrary(library);
        state.put(library);
        effects.count(1);
    }

    /** Writes the effect and applies nothing: for a journal that is not this state's. */
    public void logLibrary(Library library) {
        NativeBuffer out = begin(Effect.LIBRARY_PUT, library.name());
        out.putVarint(library.code().length);
        out.put(library.code());
    }

    /** A library is there no more. */
    public void removeLibrary(String name) {
        begin(Effect.LIBRARY_REMOVE, name);
        state.remove(name);
        effects.count(1);
    }

    /** There are no libraries any more. */
    public void removeLibraries() {
        effects.record().putByte(Effect.LIBRARIES_REMOVE.code());
        state.removeLibraries();
        effects.count(1);
    }

    private NativeBuffer begin(Effect effect, String name) {
        NativeBuffer out = effects.record();
        out.putByte(effect.code());
        byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
        out.putVarint(bytes.length);
        out.put(bytes);
        return out;
    }

    static void replayPut(EffectReader in) {
        String name = name(in);
        in.stripes().state().put(new Library(name, bytes(in)));
    }

    static void replayRemove(EffectReader in) {
        in.stripes().state().remove(name(in));
    }

    private static String name(EffectReader in) {
        return new String(bytes(in), StandardCharsets.ISO_8859_1);
    }

    private static byte[] bytes(EffectReader in) {
        int length = in.length();
        return Memory.bytes(in.skip(length), length);
    }
}
