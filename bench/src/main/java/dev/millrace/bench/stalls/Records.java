package dev.millrace.bench.stalls;

import dev.millrace.kernel.memory.NativeBuffer;

/** What is appended: bytes that are not zeros. */
final class Records {
    private Records() {}

    static NativeBuffer of(int bytes) {
        NativeBuffer record = new NativeBuffer(bytes);
        for (int i = 0; i < bytes; i++) {
            record.putByte(1 + i % 100);
        }
        return record;
    }
}
