package dev.millrace.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.millrace.queue.nsq.identify.Agreement;
import dev.millrace.queue.nsq.identify.Identity;
import dev.millrace.queue.nsq.identify.Limits;
import dev.millrace.queue.nsq.wire.Batch;
import dev.millrace.queue.nsq.wire.Body;
import dev.millrace.queue.nsq.wire.Decoder;
import dev.millrace.queue.nsq.wire.Line;
import dev.millrace.queue.nsq.wire.Names;
import dev.millrace.queue.nsq.wire.Refusal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What an NSQ client may send after its magic. */
class NsqFuzzTest {
    private static final int MESSAGE_MAX = 64;
    private static final int BODY_MAX = 256;

    @FuzzTest(maxDuration = "30s")
    void commands_are_the_same_at_once_and_byte_by_byte(byte[] input) {
        assertEquals(found(input, Math.max(1, input.length)), found(input, 1));
    }

    private static List<String> found(byte[] input, int pieceBytes) {
        Finder finder = new Finder();
        Decoder decoder = new Decoder(finder, Decoder.NSQD);
        ByteBuf buffer = Unpooled.buffer().writeBytes(new byte[] {' ', ' ', 'V', '2'});
        for (int at = 0; at < input.length; at += pieceBytes) {
            buffer.writeBytes(input, at, Math.min(pieceBytes, input.length - at));
            if (!finder.steps(decoder, buffer)) {
                break;
            }
            buffer.discardReadBytes();
        }
        return finder.found;
    }

    /** Reads all that verbs read of their commands. */
    private static final class Finder implements Decoder.Commands {
        private final List<String> found = new ArrayList<>();

        @Override
        public Body begin(Line line) throws Refusal {
            return switch (line.text(0)) {
                case "PUB" -> named(line, Body.message("PUB", MESSAGE_MAX));
                case "MPUB" -> named(line, Body.of("MPUB", BODY_MAX));
                case "IDENTIFY" -> Body.of("IDENTIFY", BODY_MAX);
                case "FIN" -> {
                    if (line.words() > 1) {
                        found.add(Long.toHexString(line.messageId(1)));
                    }
                    yield Body.NONE;
                }
                default -> Body.NONE;
            };
        }

        private static Body named(Line line, Body body) throws Refusal {
            if (line.words() < 2 || !Names.isValid(line.text(1))) {
                throw Refusal.closing("E_BAD_TOPIC", line.words() < 2 ? "none" : line.quoted(1));
            }
            return body;
        }

        @Override
        public boolean perform(Line line, ByteBuf body) throws Refusal {
            StringBuilder text = new StringBuilder(line.text(0)).append(line.verb());
            if (line.words() > 1) {
                text.append(' ').append(line.decimal(1));
            }
            switch (line.text(0)) {
                case "MPUB" -> batch(body, text);
                case "IDENTIFY" ->
                        text.append(Agreement.on(Identity.read(body), Limits.DEFAULT, true));
                default -> text.append(body.toString(StandardCharsets.ISO_8859_1));
            }
            found.add(text.toString());
            return true;
        }

        private static void batch(ByteBuf body, StringBuilder text) throws Refusal {
            int count = Batch.check(body, MESSAGE_MAX, BODY_MAX);
            List<Integer> lengths = new ArrayList<>();
            Batch.forEach(
                    body,
                    (from, bytes) -> {
                        assertTrue(bytes > 0 && bytes <= from.readableBytes());
                        lengths.add(bytes);
                    });
            assertEquals(count, lengths.size());
            text.append(lengths);
        }

        private boolean steps(Decoder decoder, ByteBuf buffer) {
            while (true) {
                try {
                    Decoder.Step step = decoder.step(buffer);
                    if (step != Decoder.Step.TAKEN) {
                        return step == Decoder.Step.PARTIAL;
                    }
                } catch (Refusal refusal) {
                    found.add(refusal.text());
                    if (refusal.isClosing()) {
                        return false;
                    }
                }
            }
        }
    }
}
