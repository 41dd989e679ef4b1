package dev.millrace.kv.blocking;

import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;

/**
 * What a command waits for.
 *
 * @param wish what has to be under one of the keys
 * @param first index of the first argument that is a key
 * @param last index of the last
 * @param destination index of the key that is changed as well when it is served; 0 if there is none
 * @param deadlineMillis until when, ms since 1970; 0: for ever. See {@link Timeout}
 */
public record Wanted(Wish wish, int first, int last, int destination, long deadlineMillis) {
    /** Says whether what is under a key is what is waited for. */
    @FunctionalInterface
    public interface Wish {
        /**
         * Whether it is.
         *
         * @param index of the argument that is the key: of the first one, if it is given twice
         * @param found the key's place; what stands there, if anything, has not expired
         */
        boolean isGranted(int index, Place found);
    }

    /** A wait for a value of a type of {@link Item} under one of these keys, which is changed. */
    public static Wanted oneOf(int type, int first, int last, long deadlineMillis) {
        return new Wanted(any(type), first, last, 0, deadlineMillis);
    }

    /** The wish for any value of a type; those of other types do not matter. */
    public static Wish any(int type) {
        return (index, found) -> found.exists() && Item.type(found.item()) == type;
    }
}
