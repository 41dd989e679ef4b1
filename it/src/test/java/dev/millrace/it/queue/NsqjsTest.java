package dev.millrace.it.queue;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.Product;
import dev.millrace.it.server.ForeignProgram;
import dev.millrace.it.server.Program;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * nsqjs's own integration tests: they start a program {@code nsqd}, which is Millrace here, and try
 * every compression with and without TLS.
 */
class NsqjsTest {
    @TempDir Path folder;

    @Test
    void its_own_integration_tests_pass() throws Exception {
        Path node = ForeignProgram.NODE.require();
        Path npm = ForeignProgram.NPM.require();
        ForeignProgram.OPENSSL.require();
        Path given = Product.home().resolve("it/src/test/nsqjs");
        for (String name : List.of("package.json", "package-lock.json", "nsqd")) {
            Files.copy(given.resolve(name), folder.resolve(name));
        }
        Program.succeeds(
                folder,
                Map.of(),
                List.of(npm.toString(), "ci", "--no-audit", "--no-fund", "--no-update-notifier"));
        Path nsqjs = copy(folder.resolve("node_modules/nsqjs"), folder.resolve("nsqjs"));
        String printed =
                Program.succeeds(
                        nsqjs,
                        Map.of(
                                "PATH", folder + ":" + System.getenv("PATH"),
                                "NODE_PATH", folder.resolve("node_modules").toString(),
                                "MILLRACE_JAR",
                                        Product.home()
                                                .resolve("app/target/millrace.jar")
                                                .toString(),
                                "MILLRACE_JAVA",
                                        Path.of(System.getProperty("java.home"), "bin/java")
                                                .toString()),
                        List.of(
                                node.toString(),
                                folder.resolve("node_modules/mocha/bin/mocha").toString(),
                                "--timeout",
                                "30000",
                                "test/z_integration_test.js"));
        assertTrue(printed.contains("19 passing"), printed);
    }

    /** Mocha passes over what lies in node_modules. */
    private static Path copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
        return to;
    }
}
