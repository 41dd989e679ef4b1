package dev.millrace.bench.peers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What it runs on: kinds and sizes, nothing that names the machine. */
final class Machine {
    private static final long KIB_PER_GIB = 1 << 20;

    private Machine() {}

    static List<String> facts(String fileSystem) throws IOException {
        int cores = Runtime.getRuntime().availableProcessors();
        String cpu = value(Path.of("/proc/cpuinfo"), "model name").orElse("unknown processor");
        String memory = value(Path.of("/proc/meminfo"), "MemTotal").orElse("0 kB");
        long gib = Math.round(Double.parseDouble(memory.split(" ")[0]) / KIB_PER_GIB);
        return List.of(
                "%d cores (%s), %d GiB, %s".formatted(cores, cpu, gib, fileSystem),
                "Linux " + kernel(System.getProperty("os.version")),
                "JDK " + Runtime.version(),
                redisVersion());
    }

    /** Two numbers: what follows them may name a site. */
    static String kernel(String version) {
        String[] parts = version.split("\\.");
        return parts.length < 2 ? version : parts[0] + "." + parts[1];
    }

    /** The word of {@code redis-server --version}; fails if there is no such program. */
    static String redisVersion() throws IOException {
        Process process = new ProcessBuilder("redis-server", "--version").start();
        String line = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return line.lines()
                .flatMap(text -> List.of(text.split(" ")).stream())
                .filter(word -> word.startsWith("v="))
                .map(word -> "Redis " + word.substring(2))
                .findFirst()
                .orElse("Redis of unknown version");
    }

    private static Optional<String> value(Path file, String name) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst();
    }
}
