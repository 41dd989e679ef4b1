package dev.millrace.registry.check.probe;

import dev.millrace.registry.check.Answer;
import dev.millrace.registry.check.CheckKind;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;

import java.util.function.Consumer;

/** A connection that is made, with its TLS if wanted, and closed; nothing is said. */
final class TcpConversation extends Conversation {
    private final CheckKind.Tcp kind;
    private final Peer peer;

    TcpConversation(Place place, CheckKind.Tcp kind, Peer peer, Consumer<Answer> listener) {
        super(place, peer, kind.tls(), listener);
        this.kind = kind;
        this.peer = peer;
    }

    @Override
    void codec(ChannelPipeline pipeline) {
        // Nothing is read.
    }

    @Override
    void ready(Channel channel) {
        String spoken = kind.tls().isPresent() ? "TCP+TLS" : "TCP";
        answer(Answer.passing(spoken + " connect " + kind.address() + ": Success"));
    }

    @Override
    void broken(String reason) {
        answer(Answer.critical(reason));
    }

    @Override
    public void timeOut() {
        broken(Fault.dialing(peer, Fault.TIMEOUT));
    }
}
