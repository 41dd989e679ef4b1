package dev.millrace.kv.lua;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The native library: Lua 5.1.5 as PUC-Rio wrote it, built for this system. It lies in a jar, and
 * the system's loader wants a file: so it is copied to a directory that only this user may enter,
 * loaded from there, and deleted (docs/decisions/lua.md).
 */
final class LuaLibrary {
    private LuaLibrary() {}

    /** Loads it, for as long as the process lives. */
    static SymbolLookup load() {
        String name = fileName(property("os.name"), property("os.arch"));
        try (InputStream library = LuaLibrary.class.getResourceAsStream("/" + name)) {
            if (library == null) {
                throw new UnsatisfiedLinkError("no Lua for this system: " + name);
            }
            return load(library, name);
        } catch (IOException failed) {
            throw new UncheckedIOException("Lua's library cannot be copied", failed);
        }
    }

    private static SymbolLookup load(InputStream library, String name) throws IOException {
        Path directory = Files.createTempDirectory("millrace-lua");
        Path file = directory.resolve(name);
        try {
            Files.copy(library, file);
            return SymbolLookup.libraryLookup(file, Arena.global());
        } finally {
            remove(file);
            remove(directory);
        }
    }

    /** Windows keeps what is loaded: there it goes when the process has ended, or later. */
    private static void remove(Path path) {
        if (!path.toFile().delete()) {
            path.toFile().deleteOnExit();
        }
    }

    private static String property(String name) {
        return System.getProperty(name, "").toLowerCase(Locale.ROOT);
    }

    /** As the jar has it. */
    static String fileName(String system, String processor) {
        boolean arm = processor.equals("aarch64") || processor.equals("arm64");
        String bits = arm ? "arm64" : "64";
        if (system.startsWith("windows")) {
            return "lua51" + bits + ".dll";
        }
        return "liblua51" + bits + (system.startsWith("mac") ? ".dylib" : ".so");
    }
}
