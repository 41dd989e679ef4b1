package dev.millrace.kv.resp;

/** A text as C functions see it, which Redis prints and parses some arguments with. */
public final class CText {
    private CText() {}

    /** What comes before the first zero byte: all of it, if there is none. */
    public static String of(String text) {
        int end = text.indexOf('\0');
        return end < 0 ? text : text.substring(0, end);
    }
}
