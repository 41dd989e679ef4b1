package dev.millrace.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The packaged product below the source tree's root. */
public final class Product {
    private Product() {}

    /** The source tree's root, as the build names it. */
    public static Path home() {
        String home = System.getProperty("millrace.home");
        if (home == null) {
            throw new IllegalStateException("-Dmillrace.home: missing (expected: the source tree)");
        }
        return Path.of(home);
    }

    /** What one finished run printed, and how it ended. */
    record Run(int exit, String out) {}

    /** Runs the packaged jar on this very JDK to its end. */
    static Run run(String... arguments) throws InterruptedException {
        Path jar = home().resolve("app/target/millrace.jar");
        if (!Files.exists(jar)) {
            throw new IllegalStateException(jar + ": missing (expected: mvn verify packaged it)");
        }
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.add("-jar");
        words.add(jar.toString());
        words.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String out =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Run(process.waitFor(), out);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
