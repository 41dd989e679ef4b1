package dev.millrace.bench.stalls;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A write call for each record, into one file of zeros that are on the disk beforehand. */
final class FileSink implements Sink {
    private static final int ZEROS_BYTES = 1 << 20;

    private final FileChannel file;
    private final NativeBuffer record;
    private final ByteBuffer view;
    private final Thread syncer = Thread.ofPlatform().daemon(true).unstarted(this::syncEachSecond);
    private volatile boolean closed;

    /**
     * @param fileBytes at least as many as will be appended
     */
    FileSink(Path directory, int bytes, long fileBytes, boolean everySecond) throws IOException {
        this.record = Records.of(bytes);
        this.view = Memory.buffer(record.address(), bytes);
        this.file =
                FileChannel.open(
                        directory.resolve("written"),
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE);
        ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS_BYTES);
        while (file.position() < fileBytes) {
            file.write(zeros.clear());
        }
        file.force(true);
        file.position(0);
        if (everySecond) {
            syncer.start();
        }
    }

    private void syncEachSecond() {
        while (!closed) {
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
            try {
                file.force(false);
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }

    @Override
    public void prepare() {
        view.clear();
    }

    @Override
    public void append() throws IOException {
        file.write(view);
    }

    @Override
    public void close() throws IOException {
        closed = true;
        LockSupport.unpark(syncer);
        try {
            syncer.join();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
        file.close();
        record.free();
    }
}
