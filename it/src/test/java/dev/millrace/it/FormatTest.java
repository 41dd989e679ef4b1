package dev.millrace.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;
import com.google.googlejavaformat.java.RemoveUnusedImports;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One formatter, no debate. It runs here because here the JVM is a JDK 25, and all else is built.
 */
class FormatTest {
    @Test
    void every_source_is_formatted() throws IOException {
        Path home = Product.home();
        String unformatted =
                sources(home).parallelStream()
                        .filter(source -> !formatted(source))
                        .map(source -> home.relativize(source).toString())
                        .sorted()
                        .collect(Collectors.joining("\n  "));
        assertTrue(unformatted.isEmpty(), "run ./millrace format, these differ:\n  " + unformatted);
    }

    private static List<Path> sources(Path home) throws IOException {
        try (Stream<Path> rooms = Files.list(home)) {
            return rooms.map(room -> room.resolve("src"))
                    .filter(Files::isDirectory)
                    .flatMap(FormatTest::javaBelow)
                    .toList();
        }
    }

    private static Stream<Path> javaBelow(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static boolean formatted(Path source) {
        JavaFormatterOptions options = JavaFormatterOptions.builder().style(Style.AOSP).build();
        try {
            String text = Files.readString(source);
            String imports = RemoveUnusedImports.removeUnusedImports(text);
            String ordered = ImportOrderer.reorderImports(imports, Style.AOSP);
            return new Formatter(options).formatSource(ordered).equals(text);
        } catch (FormatterException unreadable) {
            return false;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
