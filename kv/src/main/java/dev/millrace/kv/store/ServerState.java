package dev.millrace.kv.store;

import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is persistent and belongs to no key. It is changed by effects alone, with all stripes
 * locked, and whoever looks at it has one of them locked.
 *
 * <p>It is small, and all of it goes into a checkpoint at its cut.
 */
public final class ServerState {
    /** A library of functions: its name, and its whole source. Nobody changes the bytes. */
    public record Library(String name, byte[] code) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Library same
                    && name.equals(same.name)
                    && Arrays.equals(code, same.code);
        }

        @Override
        public int hashCode() {
            return 31 * name.hashCode() + Arrays.hashCode(code);
        }
    }

    private final Map<String, Library> libraries = new LinkedHashMap<>();
    private long version;

    /** The libraries, in the order they came. */
    public Collection<Library> libraries() {
        return List.copyOf(libraries.values());
    }

    /** The library of this name, if there is one. */
    public Optional<Library> library(String name) {
        return Optional.ofNullable(libraries.get(name));
    }

    /** Greater after every change. */
    public long version() {
        return version;
    }

    /** For effects. */
    public void put(Library library) {
        libraries.remove(library.name);
        libraries.put(library.name, library);
        version++;
    }

    /** For effects. */
    public void remove(String library) {
        libraries.remove(library);
        version++;
    }

    /** For effects. */
    public void removeLibraries() {
        libraries.clear();
        version++;
    }
}
