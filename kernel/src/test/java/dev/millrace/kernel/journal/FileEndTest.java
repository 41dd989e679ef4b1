package dev.millrace.kernel.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

class FileEndTest {
    @Test
    void it_is_where_the_file_ends_now(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("file with ümlaut");
        Files.write(file, new byte[1000]);
        try (FileEnd end = new FileEnd(file);
                FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            assertEquals(1000, end.bytes());
            Files.write(file, new byte[234], StandardOpenOption.APPEND);
            assertEquals(1234, end.bytes());
            channel.truncate(7);
            assertEquals(7, end.bytes());
        }
    }

    @Test
    void a_file_that_is_not_there_has_none(@TempDir Path folder) {
        IOException failure =
                assertThrows(IOException.class, () -> new FileEnd(folder.resolve("nothing")));
        assertEquals(folder.resolve("nothing") + ": cannot be opened", failure.getMessage());
    }

    @Test
    void a_file_of_a_disk_tells_its_size_also_when_somebody_has_cut_it(@TempDir Path folder)
            throws IOException {
        FileDisk disk = new FileDisk(folder);
        try (Disk.File file = disk.create("a", 8192, ByteBuffer.allocate(0));
                FileChannel other =
                        FileChannel.open(folder.resolve("a"), StandardOpenOption.WRITE)) {
            assertEquals(8192, file.bytes());
            other.truncate(4096);
            assertEquals(4096, file.bytes());
        }
    }
}
