package dev.millrace.kv.rooms;

import dev.millrace.kernel.journal.RecordWriter;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.transaction.Messages;
import dev.millrace.kernel.transaction.Participant;
import dev.millrace.kernel.transaction.Streams;
import dev.millrace.kernel.transaction.Verdict;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** A room that notes what is asked of it, and says what it is told to say. */
class FakeRoom implements Participant {
    private final String room;
    private final List<String> notes;
    private final boolean waitsForDisk;
    private boolean serving = true;
    private boolean joined;

    /** Instead of allowing it. */
    private final List<Supplier<Verdict>> answers = new ArrayList<>();

    private boolean failsInChange;

    FakeRoom(String room, List<String> notes, boolean waitsForDisk) {
        this.room = room;
        this.notes = notes;
        this.waitsForDisk = waitsForDisk;
    }

    /** What the next check answers. */
    void answer(Supplier<Verdict> verdict) {
        answers.add(verdict);
    }

    void stopServing() {
        serving = false;
    }

    void failInChange() {
        failsInChange = true;
    }

    boolean isJoined() {
        return joined;
    }

    /** Allows a change, unless another answer was given. */
    Verdict verdict(String what, long answer) {
        if (!joined) {
            throw new AssertionError("checked, and not joined");
        }
        notes.add("check " + what);
        return answers.isEmpty()
                ? new Verdict.Allowed(100, () -> change(what, answer))
                : answers.removeFirst().get();
    }

    private long change(String what, long answer) {
        if (!joined || failsInChange) {
            throw new IllegalStateException("cannot change " + what);
        }
        notes.add(what);
        return answer;
    }

    static String text(long address, int bytes) {
        return new String(Memory.bytes(address, bytes), StandardCharsets.UTF_8);
    }

    @Override
    public String room() {
        return room;
    }

    @Override
    public boolean waitsForDisk() {
        return waitsForDisk;
    }

    @Override
    public boolean join(RecordWriter record) {
        if (serving) {
            notes.add("join " + room);
            joined = true;
        }
        return serving;
    }

    @Override
    public void leave(long position) {
        notes.add("leave " + room + (position == 0 ? " unchanged" : ""));
        joined = false;
    }

    /** One of messages. */
    static final class OfMessages extends FakeRoom implements Messages {
        OfMessages(List<String> notes, boolean waitsForDisk) {
            super("queue", notes, waitsForDisk);
        }

        @Override
        public Verdict publish(String topic, long body, int bodyBytes, long delayMillis) {
            String later = delayMillis == 0 ? "" : " in " + delayMillis;
            return verdict("publish " + topic + " " + text(body, bodyBytes) + later, 1);
        }

        @Override
        public Verdict publish(String exchange, String routingKey, long body, int bodyBytes) {
            return verdict(
                    "publish " + exchange + "/" + routingKey + " " + text(body, bodyBytes), 3);
        }
    }

    /** One of streams. */
    static final class OfStreams extends FakeRoom implements Streams {
        OfStreams(List<String> notes, boolean waitsForDisk) {
            super("events", notes, waitsForDisk);
        }

        @Override
        public boolean isJson(Bytes bytes) {
            return text(bytes.address(), bytes.count()).startsWith("{");
        }

        @Override
        public Verdict append(Append event) {
            String expected = event.expected() == ANY ? "" : " at " + event.expected();
            String what = text(event.stream().address(), event.stream().count()) + expected;
            return verdict("append " + what, 7);
        }
    }
}
