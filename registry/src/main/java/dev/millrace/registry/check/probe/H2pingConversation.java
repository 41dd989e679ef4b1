package dev.millrace.registry.check.probe;

import dev.millrace.registry.check.Answer;
import dev.millrace.registry.check.CheckKind;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.util.ReferenceCountUtil;

import java.util.function.Consumer;

/** A PING of HTTP/2 (RFC 9113, section 6.7) and its acknowledgement. */
final class H2pingConversation extends Conversation {
    private static final long PAYLOAD = 0x6d69_6c6c_7261_6365L;

    private final CheckKind.H2ping kind;

    H2pingConversation(Place place, CheckKind.H2ping kind, Peer peer, Consumer<Answer> listener) {
        super(place, peer, kind.tls(), listener);
        this.kind = kind;
    }

    @Override
    boolean http2() {
        return true;
    }

    @Override
    void codec(ChannelPipeline pipeline) {
        pipeline.addLast(Http2Client.codec());
    }

    @Override
    void ready(Channel channel) {
        channel.writeAndFlush(new DefaultHttp2PingFrame(PAYLOAD));
    }

    @Override
    void heard(Object message) {
        if (message instanceof Http2PingFrame ping && ping.ack() && ping.content() == PAYLOAD) {
            answer(Answer.passing("HTTP2 ping was successful"));
        }
        ReferenceCountUtil.release(message);
    }

    @Override
    void broken(String reason) {
        answer(
                Answer.critical(
                        isReady()
                                ? "HTTP2 ping failed: " + reason
                                : "Failed to dial to " + kind.address() + ": " + reason));
    }

    @Override
    public void timeOut() {
        broken("context deadline exceeded");
    }
}
