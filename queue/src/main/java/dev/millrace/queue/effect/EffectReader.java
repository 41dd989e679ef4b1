package dev.millrace.queue.effect;

import dev.millrace.queue.state.Definition;

import java.nio.charset.StandardCharsets;

/** Reads what {@link Effects} and checkpoints write; no length is believed. */
public final class EffectReader extends dev.millrace.kernel.journal.EffectReader {
    public EffectReader() {
        super("queue effect");
    }

    public Definition.Name name() {
        int kind = unsignedByte();
        return new Definition.Name(kind, new String(bytes(), StandardCharsets.UTF_8));
    }
}
