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
    static final int PUT_KEY = 8;
    static final int DROP_KEY = 9;
    static final int DROP_TREE = 10;
    static final int PUT_SESSION = 11;
    static final int DROP_SESSION = 12;
    static final int PUT_TOKEN = 13;
    static final int DROP_TOKEN = 14;
    static final int PUT_POLICY = 15;
    static final int DROP_POLICY = 16;
    static final int PUT_ROLE = 17;
    static final int DROP_ROLE = 18;
    static final int PUT_QUERY = 19;
    static final int DROP_QUERY = 20;
    static final int FIRE_EVENT = 21;

    private Codes() {}
}
