package dev.millrace.queue.nsq.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes down what a decoder finds; SHORT and LONG are its verbs with bodies. */
final class Said implements Decoder.Commands {
    static final int LONG_MAX = 1_000;
    static final int SHORT_MAX = 8;

    final List<String> found = new ArrayList<>();

    @Override
    public Body begin(Line line) throws Refusal {
        return switch (line.text(0)) {
            case "SHORT" -> Body.message("SHORT", SHORT_MAX);
            case "LONG" -> Body.of("LONG", LONG_MAX);
            case "PASS" -> throw Refusal.passing("E_PASS", "not now");
            case "CLOSE" -> throw Refusal.closing("E_CLOSE", "not ever");
            default -> Body.NONE;
        };
    }

    @Override
    public boolean perform(Line line, ByteBuf body) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < line.words() && i < 3; i++) {
            text.append('[').append(line.text(i)).append(']');
        }
        found.add(text + body.toString(StandardCharsets.ISO_8859_1));
        return true;
    }

    /** Everything that comes of some bytes, given in pieces of so many. */
    static List<String> of(byte[] sent, int pieceBytes) {
        Said said = new Said();
        Decoder decoder = new Decoder(said, Decoder.NSQD);
        ByteBuf buffer = Unpooled.buffer();
        for (int at = 0; at < sent.length; at += pieceBytes) {
            buffer.writeBytes(sent, at, Math.min(pieceBytes, sent.length - at));
            if (!said.steps(decoder, buffer)) {
                break;
            }
            buffer.discardReadBytes();
        }
        return said.found;
    }

    private boolean steps(Decoder decoder, ByteBuf buffer) {
        while (true) {
            try {
                switch (decoder.step(buffer)) {
                    case TAKEN -> {}
                    case PARTIAL, DELAYED -> {
                        return true;
                    }
                    case ENDLESS -> {
                        found.add("endless");
                        return false;
                    }
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
