package dev.millrace.registry.effect;

import dev.millrace.registry.state.State;

/** A change that a checkpoint may hold: what it puts there has its own indices. */
interface Kept {
    /** The state with it as it was. */
    State restored(State before);
}
