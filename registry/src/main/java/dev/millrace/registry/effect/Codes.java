package dev.millrace.registry.effect;

/** Numbers of the format on disk. None is ever given another meaning. */
final class Codes {
    /** The registry among state machines. */
    static final int MACHINE = 4;

    static final int PUT_NODE = 1;
    static final int DROP_NODE = 2;
    static final int PUT_INSTANCE = 3;
    static final int DROP_INSTANCE = 4;
    static final int PUT_CHECK = 5;
    static final int DROP_CHECK = 6;
    static final int SET_STATUS = 7;

    private Codes() {}
}
