package dev.millrace.kv.rdb;

/** What stands in a dump file where a key's type may be. */
final class Opcode {
    static final int FUNCTION = 0xf5;
    static final int FUNCTION_EARLY = 0xf6;
    static final int MODULE = 0xf7;
    static final int IDLE = 0xf8;
    static final int FREQUENCY = 0xf9;
    static final int NOTE = 0xfa;
    static final int SIZES = 0xfb;
    static final int EXPIRES_MILLIS = 0xfc;
    static final int EXPIRES_SECONDS = 0xfd;
    static final int DATABASE = 0xfe;
    static final int END = 0xff;

    /** At the beginning of a file, before four digits of a version. */
    static final String MAGIC = "REDIS";

    static final int MAGIC_BYTES = 9;

    private Opcode() {}
}
