package dev.millrace.app;

/** How a run ends, by the numbers of sysexits.h, so that scripts can tell faults apart. */
enum Exit {
    /** As wished. */
    OK(0),
    /** The command line is wrong. */
    USAGE(64),
    /** What is in a file is not as it was written. */
    DATA(65),
    /** A file that was named is not there. */
    NO_INPUT(66),
    /** Something needed is not to be had: a port is taken, the data directory is in use. */
    UNAVAILABLE(69),
    /** A fault of Millrace's own. */
    SOFTWARE(70),
    /** Where something was to be written there is something already. */
    CANNOT_CREATE(73),
    /** A file or socket failed. */
    IO(74),
    /** The configuration is wrong. */
    CONFIG(78);

    private final int code;

    Exit(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
