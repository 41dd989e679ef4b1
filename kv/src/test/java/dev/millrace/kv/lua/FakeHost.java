package dev.millrace.kv.lua;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.resp.Reply;
import dev.millrace.kv.resp.Request;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** A server that knows ECHO, FAIL and NONE. */
final class FakeHost implements ScriptHost {
    final List<String> logged = new ArrayList<>();
    boolean killed;

    /** How often it is asked before it ends the script. */
    long patience = Long.MAX_VALUE;

    @Override
    public @Nullable String call(Request request, NativeBuffer buffer, int protocol) {
        Reply answer = new Reply(buffer);
        answer.to(buffer, protocol);
        switch (request.text(0)) {
            case "ECHO" -> answer.bulk(request.bytes(1));
            case "FAIL" -> answer.error("ERR it failed");
            case "MAP" -> {
                answer.map(1);
                answer.bulk("a");
                answer.number(1.5);
            }
            case "ATTRIBUTE" -> {
                buffer.putUtf8("|1\r\n+popular\r\n*2\r\n:1\r\n:2\r\n");
                answer.bulk("the value");
            }
            case "THROW" -> throw new IllegalStateException("a fault");
            default -> {
                return "ERR Unknown Redis command called from script";
            }
        }
        return null;
    }

    @Override
    public @Nullable Boolean permits(Request request) {
        return request.text(0).equals("ECHO") ? Boolean.TRUE : null;
    }

    @Override
    public boolean isKilled() {
        patience--;
        return killed || patience < 0;
    }

    @Override
    public void log(int level, String text) {
        logged.add(level + " " + text);
    }

    @Override
    public void failed(String error, boolean counts) {}
}
