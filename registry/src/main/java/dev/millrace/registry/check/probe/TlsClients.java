package dev.millrace.registry.check.probe;

import dev.millrace.registry.check.CheckKind;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import javax.net.ssl.SSLException;

/** TLS for those who ask. Contexts are made when the first check wants them. */
final class TlsClients {
    private record Wanted(boolean skipVerify, boolean http2) {}

    private final Map<Wanted, SslContext> contexts = new HashMap<>();
    private final Optional<Path> authorities;

    /**
     * @param authorities PEM certificates of those who are trusted; empty: whom the JDK trusts
     */
    TlsClients(Optional<Path> authorities) {
        this.authorities = authorities;
    }

    /**
     * A handler for one connection.
     *
     * @throws SSLException when the authorities cannot be used
     */
    SslHandler handler(ByteBufAllocator allocator, CheckKind.Tls tls, Peer peer, boolean http2)
            throws SSLException {
        String name = tls.serverName().isEmpty() ? peer.host() : tls.serverName();
        SslHandler handler =
                context(new Wanted(tls.skipVerify(), http2))
                        .newHandler(allocator, name, peer.port());
        // The check has a timeout of its own.
        handler.setHandshakeTimeoutMillis(0);
        return handler;
    }

    private SslContext context(Wanted wanted) throws SSLException {
        SslContext there = contexts.get(wanted);
        if (there != null) {
            return there;
        }
        SslContext made = make(wanted);
        contexts.put(wanted, made);
        return made;
    }

    private SslContext make(Wanted wanted) throws SSLException {
        SslContextBuilder builder = SslContextBuilder.forClient().sslProvider(SslProvider.JDK);
        if (wanted.skipVerify) {
            builder.trustManager(InsecureTrustManagerFactory.INSTANCE)
                    .endpointIdentificationAlgorithm("");
        } else if (authorities.isPresent()) {
            builder.trustManager(authorities.get().toFile());
        }
        if (wanted.http2) {
            builder.applicationProtocolConfig(
                    new ApplicationProtocolConfig(
                            ApplicationProtocolConfig.Protocol.ALPN,
                            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                            ApplicationProtocolNames.HTTP_2));
        }
        return builder.build();
    }
}
