package dev.millrace.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.millrace.events.group.Group;
import dev.millrace.events.group.GroupForm;
import dev.millrace.events.wire.MalformedMessage;
import dev.millrace.events.wire.MessageReader;
import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.journal.EffectReader;
import dev.millrace.kernel.memory.GuardedMemory;
import dev.millrace.kernel.memory.NativeBuffer;

import java.lang.foreign.Arena;

/** What a client of the event store may send as a message of gRPC. */
class EventsFuzzTest {
    private static final int DEPTH_MAX = 8;

    @FuzzTest(maxDuration = "30s")
    void messages_are_fields_or_refused(byte[] sent) {
        try (Arena arena = Arena.ofConfined()) {
            long address = GuardedMemory.copy(arena, sent).address();
            walk(new MessageReader(address, sent.length), 0);
        } catch (MalformedMessage refused) {
            return; // As declared.
        }
    }

    @FuzzTest(maxDuration = "30s")
    void groups_are_read_or_damaged(byte[] kept) {
        try (Arena arena = Arena.ofConfined()) {
            EffectReader in = new EffectReader("groups");
            in.read(GuardedMemory.copy(arena, kept).address(), kept.length);
            Group group = GroupForm.readWhole(in);
            NativeBuffer out = new NativeBuffer(1024);
            GroupForm.put(out, group);
            if (out.length() > GroupForm.bytesMax(group)) {
                throw new AssertionError("more than was set aside: " + out.length());
            }
            out.free();
        } catch (CorruptJournalException damaged) {
            return; // As declared.
        }
    }

    private static void walk(MessageReader in, int depth) {
        while (in.next()) {
            int _ = in.field();
            if (isBytes(in) && depth < DEPTH_MAX) {
                walk(in.message(), depth + 1);
            }
        }
    }

    private static boolean isBytes(MessageReader in) {
        try {
            return in.bytes().length > 0;
        } catch (MalformedMessage aNumber) {
            return false;
        }
    }
}
