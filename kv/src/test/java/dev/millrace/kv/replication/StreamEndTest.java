package dev.millrace.kv.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

class StreamEndTest {
    private static final StreamEnd END = new StreamEnd("ab".repeat(20), 4711, 12);

    @TempDir Path folder;

    @Test
    void it_is_taken_once() throws IOException {
        END.leave(folder);
        assertEquals(Optional.of(END), StreamEnd.take(folder));
        assertEquals(Optional.empty(), StreamEnd.take(folder));
    }

    @Test
    void what_is_not_whole_is_none_and_is_gone() throws IOException {
        END.leave(folder);
        Path file = folder.resolve("stream-end");
        byte[] whole = Files.readAllBytes(file);
        String text = new String(whole, StandardCharsets.US_ASCII);
        for (int bytes = 0; bytes < whole.length; bytes++) {
            Files.write(file, Arrays.copyOf(whole, bytes));
            assertEquals(Optional.empty(), StreamEnd.take(folder), bytes + " bytes");
        }
        for (String other :
                List.of("\n", "x".repeat(10_000), text + "\n", "zz" + text.substring(2))) {
            Files.writeString(file, other);
            assertEquals(Optional.empty(), StreamEnd.take(folder), other);
        }
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(), left.toList());
        }
    }
}
