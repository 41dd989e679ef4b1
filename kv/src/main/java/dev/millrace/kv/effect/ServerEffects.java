package dev.millrace.kv.effect;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.ServerState;
import dev.millrace.kv.store.ServerState.Library;
import dev.millrace.kv.store.Stripes;

import java.nio.charset.StandardCharsets;

/** Changes of what the server keeps of itself: strings of the system's database. */
public final class ServerEffects {
    private final Effects effects;
    private final ServerState state;
    private final Key key;
    private final NativeBuffer name = new NativeBuffer(64);
    private final NativeBuffer value = new NativeBuffer(256);

    ServerEffects(Effects effects, Stripes stripes) {
        this.effects = effects;
        this.state = stripes.state();
        this.key = new Key(stripes.stripe(0));
    }

    // ---- Libraries of functions; all stripes are locked

    /** A library is there, in the place of one of the same name. */
    public void putLibrary(Library library) {
        find(ServerState.keyOf(library.name()));
        fill(library.code());
        effects.putString(key, value.address(), library.code().length, 0, Item.ENCODING_RAW);
        value.shrink();
        state.changed();
    }

    /** Writes the effect and applies nothing: for a journal that is not this state's. */
    public void logLibrary(Library library) {
        find(ServerState.keyOf(library.name()));
        fill(library.code());
        logString(key);
        value.shrink();
    }

    private void logString(Place place) {
        NativeBuffer out = effects.begin(Effect.PUT_STRING, place);
        out.putByte(Item.ENCODING_RAW);
        out.putLong(0);
        Effects.putBytes(out, value.address(), Math.toIntExact(value.length()));
    }

    /** A library is there no more. */
    public void removeLibrary(String library) {
        find(ServerState.keyOf(library));
        if (key.exists()) {
            effects.delete(key);
        }
        state.changed();
    }

    /** There are no libraries any more. */
    public void removeLibraries() {
        state.libraries().forEach(library -> removeLibrary(library.name()));
    }

    // ---- Anything else; its stripe is locked

    /** Keeps a short text under a name. It is no client's change. */
    public void put(String under, byte[] text) {
        find(under.getBytes(StandardCharsets.UTF_8));
        fill(text);
        effects.putString(key, value.address(), text.length, 0, Item.ENCODING_PLAIN);
        effects.count(-1);
    }

    /** Keeps nothing under a name any more. */
    public void remove(String under) {
        find(under.getBytes(StandardCharsets.UTF_8));
        if (key.exists()) {
            effects.delete(key);
            effects.count(-1);
        }
    }

    private void find(byte[] bytes) {
        name.clear();
        name.put(bytes);
        state.find(key, name);
    }

    private void fill(byte[] bytes) {
        value.clear();
        value.put(bytes);
    }
}
