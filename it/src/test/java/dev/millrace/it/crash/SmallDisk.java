package dev.millrace.it.crash;

import org.junit.jupiter.api.Assumptions;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A file system of so many bytes, in memory. */
public final class SmallDisk implements AutoCloseable {
    private final Path folder;

    private SmallDisk(Path folder) {
        this.folder = folder;
    }

    /** Skips the calling test if this process may not mount. */
    public static SmallDisk at(Path folder, long bytes) throws IOException {
        String complaint =
                run("mount", "-t", "tmpfs", "-o", "size=" + bytes, "tmpfs", folder.toString());
        if (!complaint.isEmpty()) {
            Assumptions.abort("this process may not mount: " + complaint);
        }
        return new SmallDisk(folder);
    }

    /** Makes it larger, while files on it are open. */
    public void resize(long bytes) throws IOException {
        String complaint = run("mount", "-o", "remount,size=" + bytes, folder.toString());
        if (!complaint.isEmpty()) {
            throw new IOException(complaint);
        }
    }

    /** What the command complains of; empty if it did what it was to do. */
    private static String run(String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit = process.onExit().join().exitValue();
        return exit == 0 ? "" : words[0] + " exits with " + exit + ": " + said;
    }

    @Override
    public void close() throws IOException {
        String complaint = run("umount", "-l", folder.toString());
        if (!complaint.isEmpty()) {
            throw new IOException(complaint);
        }
    }
}
