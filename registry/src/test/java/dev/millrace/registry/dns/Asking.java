package dev.millrace.registry.dns;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.config.Setting;
import dev.millrace.kernel.config.Settings;
import dev.millrace.kernel.config.Settings.Sources;
import dev.millrace.kernel.net.Transport;
import dev.millrace.registry.dns.forward.Forwarder;
import dev.millrace.registry.dns.forward.Recursors;
import dev.millrace.registry.dns.wire.BadMessage;

import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;

import java.net.InetAddress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** A responder without sockets, asked one message after another. */
final class Asking {
    private final Counts counts = new Counts();
    private final Responder responder;
    private InetAddress client = InetAddress.getLoopbackAddress();

    Asking(Names names, Clock clock, String... assignments) throws BadSettings {
        DnsSettings settings = settings(assignments);
        EventLoop unused = new EmbeddedChannel().eventLoop();
        responder =
                new Responder(
                        names,
                        settings,
                        new Forwarder(
                                unused,
                                Transport.NIO,
                                new Recursors(List.of(), false),
                                settings.recursorTimeout()),
                        counts,
                        clock,
                        new SplittableRandom(7));
    }

    Asking(Names names, String... assignments) throws BadSettings {
        this(names, Clock.systemUTC(), assignments);
    }

    static DnsSettings settings(String... assignments) throws BadSettings {
        List<Setting<?>> all = new ArrayList<>(DnsSettings.all());
        return DnsSettings.of(Settings.read(all, Sources.of(assignments)), "dc1");
    }

    Asking from(String address) throws Exception {
        client = InetAddress.getByName(address);
        return this;
    }

    Counts counts() {
        return counts;
    }

    /** What goes back for these bytes, if anything. */
    Optional<byte[]> bytes(byte[] message, boolean stream) {
        return switch (responder.respond(message, message.length, client, stream)) {
            case REPLY -> Optional.of(responder.out().copy());
            case NOTHING -> Optional.empty();
            case LATER -> throw new AssertionError("nobody else is to be asked");
        };
    }

    Message message(byte[] question) throws BadMessage {
        return Message.of(bytes(question, false).orElseThrow());
    }

    /** By UDP, with EDNS, so that nothing is cut. */
    Message ask(String name, int type) throws BadMessage {
        return message(Message.offering(7, name, type, 4_096));
    }

    /** By UDP, as in 1987. */
    Message askPlainly(String name, int type) throws BadMessage {
        return message(Message.question(7, name, type));
    }

    Message askByTcp(String name, int type) throws BadMessage {
        return Message.of(bytes(Message.question(7, name, type), true).orElseThrow());
    }
}
