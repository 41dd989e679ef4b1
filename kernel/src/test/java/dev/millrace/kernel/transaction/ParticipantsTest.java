package dev.millrace.kernel.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kernel.journal.RecordWriter;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;

class ParticipantsTest {
    private final Participants participants = new Participants();

    /** One that takes part in nothing. */
    private abstract static class Idle implements Participant {
        @Override
        public String room() {
            return "idle";
        }

        @Override
        public boolean waitsForDisk() {
            return false;
        }

        @Override
        public boolean join(RecordWriter record) {
            return false;
        }

        @Override
        public void leave(long position) {}
    }

    private static final class IdleMessages extends Idle implements Messages {
        @Override
        public Verdict publish(String topic, long body, int bodyBytes, long delayMillis) {
            return new Verdict.NotNow();
        }

        @Override
        public Verdict publish(String exchange, String routingKey, long body, int bodyBytes) {
            return new Verdict.NotNow();
        }
    }

    private static final class IdleStreams extends Idle implements Streams {
        @Override
        public boolean isJson(Bytes bytes) {
            return false;
        }

        @Override
        public Verdict append(Append event) {
            return new Verdict.NotNow();
        }
    }

    @Test
    void the_queue_is_locked_before_the_events_whichever_came_first() {
        Messages messages = new IdleMessages();
        Streams streams = new IdleStreams();
        participants.offer(streams);
        participants.offer(messages);
        assertEquals(List.of(messages, streams), participants.inLockOrder());
    }

    @Test
    void one_that_has_withdrawn_is_found_no_more_and_another_in_its_place_is() {
        Messages first = new IdleMessages();
        Messages second = new IdleMessages();
        participants.offer(first);
        participants.withdraw(second);
        assertEquals(Optional.of(first), participants.messages());
        participants.withdraw(first);
        assertEquals(Optional.empty(), participants.messages());
        participants.offer(second);
        assertEquals(List.of(second), participants.inLockOrder());
        assertEquals(Optional.empty(), participants.streams());
    }
}
