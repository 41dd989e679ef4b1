package dev.millrace.app;

import dev.millrace.kernel.Version;

/** The process's entry point. */
public final class Main {
    /** Bad usage, as sysexits.h names it. */
    private static final int EX_USAGE = 64;

    private Main() {}

    /** Runs the command that the first argument names. */
    public static void main(String[] arguments) {
        if (arguments.length == 1 && arguments[0].equals("version")) {
            System.out.println("millrace " + Version.ofPackageOf(Main.class));
            return;
        }
        System.err.println("usage: millrace version");
        System.exit(EX_USAGE);
    }
}
