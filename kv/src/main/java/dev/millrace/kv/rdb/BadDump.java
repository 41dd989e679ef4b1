package dev.millrace.kv.rdb;

/** Bytes that are no dump, or one of things that are not known here. */
public final class BadDump extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final long offset;

    /**
     * @param offset where, from the beginning of the file or of the value
     */
    BadDump(long offset, String what) {
        super(what, null, false, false);
        this.offset = offset;
    }

    public long offset() {
        return offset;
    }
}
