package dev.millrace.kv.list;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Refusal;

/** An end of a list, with the names of what happens there in keyspace events. */
enum ListEnd {
    LEFT("lpush", "lpop"),
    RIGHT("rpush", "rpop");

    private final String pushed;
    private final String popped;

    ListEnd(String pushed, String popped) {
        this.pushed = pushed;
        this.popped = popped;
    }

    String pushed() {
        return pushed;
    }

    String popped() {
        return popped;
    }

    boolean isFront() {
        return this == LEFT;
    }

    /** The end that an argument names. */
    static ListEnd of(Call call, int index) {
        if (call.is(index, "LEFT")) {
            return LEFT;
        }
        if (call.is(index, "RIGHT")) {
            return RIGHT;
        }
        throw Refusal.SYNTAX;
    }
}
