package dev.millrace.queue.nsq.lookup;

import dev.millrace.queue.nsq.wire.Body;
import dev.millrace.queue.nsq.wire.Decoder;
import dev.millrace.queue.nsq.wire.Line;
import dev.millrace.queue.nsq.wire.Names;
import dev.millrace.queue.nsq.wire.Refusal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Supplier;

/**
 * An nsqd that registers here. Responses are a length and text, without a type.
 *
 * @see <a href="https://nsq.io/components/nsqlookupd.html">nsqlookupd</a>
 */
public final class LookupHandler extends ByteToMessageDecoder implements Decoder.Commands {
    private static final int IDENTITY_BYTES_MAX = 64 * 1024;
    private static final String OK = "OK";

    private final Registry registry;
    private final Supplier<String> about;
    private final Decoder decoder = new Decoder(this, Decoder.LOOKUP);
    private @Nullable ChannelHandlerContext context;
    private @Nullable Peer peer;
    private boolean closed;

    /**
     * @param about what IDENTIFY is answered
     */
    public LookupHandler(Registry registry, Supplier<String> about) {
        this.registry = registry;
        this.about = about;
    }

    @Override
    protected void decode(ChannelHandlerContext here, ByteBuf in, List<Object> out) {
        context = here;
        boolean goesOn = true;
        while (goesOn && !closed) {
            try {
                switch (decoder.step(in)) {
                    case TAKEN -> {}
                    case PARTIAL, DELAYED -> goesOn = false;
                    case ENDLESS -> {
                        closed = true;
                        here.close();
                    }
                }
            } catch (Refusal refusal) {
                closed = refusal.isClosing();
                respond(refusal.text());
            }
        }
        if (closed) {
            in.skipBytes(in.readableBytes());
        }
    }

    private void respond(String text) {
        ChannelHandlerContext here = context;
        if (here == null) {
            return;
        }
        ByteBuf out = here.alloc().buffer();
        out.writeInt(ByteBufUtil.utf8Bytes(text));
        ByteBufUtil.writeUtf8(out, text);
        if (closed) {
            here.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
        } else {
            here.writeAndFlush(out);
        }
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext here) {
        Peer gone = peer;
        if (gone != null) {
            registry.remove(gone);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext here, Throwable cause) {
        here.close();
    }

    // ---- Commands

    @Override
    public Body begin(Line line) throws Refusal {
        return switch (line.text(0)) {
            case "PING", "REGISTER", "UNREGISTER" -> Body.NONE;
            case "IDENTIFY" -> {
                if (peer != null) {
                    throw Refusal.closing("E_INVALID", "cannot IDENTIFY again");
                }
                yield Body.of("IDENTIFY", IDENTITY_BYTES_MAX);
            }
            default -> throw Refusal.closing("E_INVALID", "invalid command " + line.text(0));
        };
    }

    @Override
    public boolean perform(Line line, ByteBuf body) throws Refusal {
        switch (line.text(0)) {
            case "IDENTIFY" -> identify(body);
            case "REGISTER" -> register(line);
            case "UNREGISTER" -> {
                registry.unregister(identified(), registration(line, "UNREGISTER"));
                respond(OK);
            }
            default -> {
                Peer known = peer;
                if (known != null) {
                    registry.heard(known);
                }
                respond(OK);
            }
        }
        return true;
    }

    private void identify(ByteBuf body) throws Refusal {
        Peer read = Peer.read(body, remoteAddress());
        peer = read;
        registry.add(read);
        respond(about.get());
    }

    private String remoteAddress() {
        ChannelHandlerContext here = context;
        return here != null && here.channel().remoteAddress() instanceof InetSocketAddress tcp
                ? tcp.getAddress().getHostAddress() + ":" + tcp.getPort()
                : "";
    }

    private void register(Line line) throws Refusal {
        Peer known = identified();
        if (!registry.register(known, registration(line, "REGISTER"))) {
            throw Refusal.closing("E_INVALID", "too many registrations");
        }
        respond(OK);
    }

    private Peer identified() throws Refusal {
        Peer known = peer;
        if (known == null) {
            throw Refusal.closing("E_INVALID", "client must IDENTIFY");
        }
        return known;
    }

    private static Registration registration(Line line, String verb) throws Refusal {
        if (line.words() < 2) {
            throw Refusal.closing("E_INVALID", verb + " insufficient number of params");
        }
        String topic = line.text(1);
        String channel = line.words() > 2 ? line.text(2) : "";
        if (!Names.isValid(topic)) {
            throw Refusal.closing("E_BAD_TOPIC", verb + " topic name '" + topic + "' is not valid");
        }
        if (!channel.isEmpty() && !Names.isValid(channel)) {
            throw Refusal.closing(
                    "E_BAD_CHANNEL", verb + " channel name '" + channel + "' is not valid");
        }
        return new Registration(topic, channel);
    }
}
