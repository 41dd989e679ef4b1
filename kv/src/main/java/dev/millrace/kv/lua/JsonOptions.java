package dev.millrace.kv.lua;

/**
 * How {@code cjson} writes and reads, as a script has chosen.
 *
 * @param sparseAsObject an array with too many holes is written as an object, and not refused
 * @param sparseRatio an array has too many holes if its length is more than so many times its
 *     elements; 0: never
 * @param sparseSafe and if it is longer than this
 * @param encodeDepth tables within tables that are written
 * @param precision significant digits of numbers
 * @param invalidNumbers what becomes of infinity and NaN
 * @param decodeDepth tables within tables that are read
 * @param decodesInvalid infinity, NaN, hexadecimal numbers are read
 */
record JsonOptions(
        boolean sparseAsObject,
        int sparseRatio,
        int sparseSafe,
        int encodeDepth,
        int precision,
        Invalid invalidNumbers,
        int decodeDepth,
        boolean decodesInvalid) {
    /** What becomes of a number that JSON does not have. */
    enum Invalid {
        REFUSED,
        AS_THEY_ARE,
        AS_NULL
    }

    static final JsonOptions USUAL =
            new JsonOptions(false, 2, 10, 1000, 14, Invalid.REFUSED, 1000, true);
}
