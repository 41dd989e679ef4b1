package dev.millrace.registry.dns.forward;

import dev.millrace.kernel.net.Transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;

import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Asks the configured resolvers, one after another until one has an answer: each by UDP, and by TCP
 * where it says that there is more. Everything happens on the loop of the DNS server.
 *
 * <p>Each question has a socket of its own: its port is drawn by the operating system, which lets
 * in what comes from that resolver's address and port and nothing else, and tells at once when
 * nobody listens there. That costs some microseconds which a resolver's answer takes anyway.
 */
public final class Forwarder {
    /** Questions that wait for resolvers; who comes then is told that it failed. */
    private static final int WAITING_MAX = 1_000;

    private final EventLoop loop;
    private final Transport transport;
    private final Recursors recursors;
    private final long timeoutMillis;
    private final SecureRandom random = new SecureRandom();
    private int waiting;
    private long asked;
    private long failed;

    public Forwarder(EventLoop loop, Transport transport, Recursors recursors, Duration timeout) {
        this.loop = loop;
        this.transport = transport;
        this.recursors = recursors;
        this.timeoutMillis = timeout.toMillis();
    }

    /** Whether there is anybody to ask. */
    public boolean isOn() {
        return !recursors.addresses().isEmpty();
    }

    /** Questions so far. */
    public long asked() {
        return asked;
    }

    /** Questions that no resolver answered. */
    public long failed() {
        return failed;
    }

    /**
     * Asks. The answer comes later, on the loop: a whole message with an id of nobody's, or nothing
     * if no resolver had one.
     */
    public void ask(Question question, Consumer<Optional<byte[]>> answer) {
        asked++;
        if (waiting == WAITING_MAX) {
            failed++;
            answer.accept(Optional.empty());
            return;
        }
        waiting++;
        new Attempts(question, answer).next();
    }

    /** One question's way from resolver to resolver. */
    private final class Attempts {
        private final Question question;
        private final Consumer<Optional<byte[]>> answer;
        private final Iterator<InetSocketAddress> left = recursors.order(random).iterator();

        Attempts(Question question, Consumer<Optional<byte[]>> answer) {
            this.question = question;
            this.answer = answer;
        }

        void next() {
            if (left.hasNext()) {
                byUdp(left.next());
            } else {
                failed++;
                end(Optional.empty());
            }
        }

        private void byUdp(InetSocketAddress resolver) {
            Exchange exchange =
                    new Exchange(
                            question,
                            random.nextInt(1 << 16),
                            false,
                            found -> cameByUdp(resolver, found));
            open(new Bootstrap().channel(transport.datagram()), resolver, exchange);
        }

        private void cameByUdp(InetSocketAddress resolver, Optional<byte[]> found) {
            if (found.isPresent() && Question.isTruncated(found.get())) {
                byTcp(resolver, found.get());
            } else {
                came(found);
            }
        }

        /** The short answer is better than none. */
        private void byTcp(InetSocketAddress resolver, byte[] cut) {
            Exchange exchange =
                    new Exchange(
                            question,
                            random.nextInt(1 << 16),
                            true,
                            found -> came(found.isPresent() ? found : Optional.of(cut)));
            open(new Bootstrap().channel(transport.tcpClient()), resolver, exchange);
        }

        private void came(Optional<byte[]> found) {
            if (found.isPresent() && Question.isDone(found.get())) {
                end(found.map(question::echoed));
            } else {
                next();
            }
        }

        private void end(Optional<byte[]> found) {
            waiting--;
            answer.accept(found);
        }
    }

    private void open(Bootstrap socket, InetSocketAddress resolver, Exchange exchange) {
        exchange.expireIn(loop, timeoutMillis);
        socket.group(loop)
                .handler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                channel.pipeline().addLast(exchange);
                            }
                        })
                .connect(resolver)
                .addListener(
                        connected -> {
                            if (!connected.isSuccess()) {
                                exchange.fail();
                            }
                        });
    }
}
