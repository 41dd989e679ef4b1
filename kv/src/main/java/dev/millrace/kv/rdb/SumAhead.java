package dev.millrace.kv.rdb;

/**
 * The sum of a dump's bytes, taken by a thread of its own while another reads them: it would take a
 * tenth of the time of an import. It must be closed before the bytes go.
 */
final class SumAhead implements AutoCloseable {
    /** So many bytes are summed before it looks whether it is still wanted. */
    private static final long PIECE_BYTES = 1 << 20;

    private final long address;
    private final long bytes;
    private final Thread thread;
    private volatile boolean stopped;
    private volatile long sum;

    /** Begins. */
    SumAhead(long address, long bytes) {
        this.address = address;
        this.bytes = bytes;
        thread = Thread.ofPlatform().name("dump-sum").daemon(true).start(this::run);
    }

    /** How many bytes it covers. */
    long bytes() {
        return bytes;
    }

    /** The sum, waited for. */
    long sum() {
        join();
        return sum;
    }

    private void run() {
        long soFar = 0;
        for (long at = 0; at < bytes && !stopped; at += PIECE_BYTES) {
            soFar = Crc64.update(soFar, address + at, Math.min(PIECE_BYTES, bytes - at));
        }
        sum = soFar;
    }

    /** Gives up; nothing is read any more when it returns. */
    @Override
    public void close() {
        stopped = true;
        join();
    }

    private void join() {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
