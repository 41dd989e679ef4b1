package dev.millrace.registry.check.probe;

import io.netty.channel.ChannelException;
import io.netty.handler.ssl.NotSslRecordException;

import java.net.ConnectException;
import java.net.PortUnreachableException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.util.Locale;

import javax.net.ssl.SSLException;

/** What went wrong on a connection, in the words of Go, whose programs people know from Consul. */
final class Fault {
    static final String TIMEOUT = "i/o timeout";
    static final String END = "EOF";

    private static final String UNVERIFIED = "tls: failed to verify certificate: x509: ";

    private Fault() {}

    /** Of a connection that was never made. */
    static String dialing(Peer peer, String reason) {
        return "dial tcp " + peer + ": " + reason;
    }

    /** Of a name that nobody knows. */
    static String noSuchHost(String name) {
        return "lookup " + name + ": no such host";
    }

    /** Of connecting, reading or writing. */
    static String text(Throwable cause) {
        return switch (cause) {
            case ConnectException connecting -> "connect: " + lastWords(connecting);
            case PortUnreachableException _ -> "read: connection refused";
            case ClosedChannelException _ -> END;
            case ChannelException creating -> "socket: " + lastWords(root(creating));
            default -> isTls(cause) ? tls(cause) : "read: " + lastWords(cause);
        };
    }

    private static boolean isTls(Throwable cause) {
        return cause instanceof SSLException || cause.getCause() instanceof SSLException;
    }

    private static String tls(Throwable cause) {
        Throwable root = root(cause);
        return switch (root) {
            case NotSslRecordException _ -> "tls: first record does not look like a TLS handshake";
            case CertPathBuilderException _ ->
                    UNVERIFIED + "certificate signed by unknown authority";
            case CertificateException _ -> UNVERIFIED + root.getMessage();
            default -> "tls: " + root.getMessage();
        };
    }

    private static Throwable root(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    /** Of "finishConnect(..) failed: Connection refused" what the system says. */
    private static String lastWords(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        String system =
                message.startsWith("Connection reset") ? "connection reset by peer" : message;
        int address = system.indexOf(": /");
        String without = address < 0 ? system : system.substring(0, address);
        return without.substring(without.lastIndexOf(": ") < 0 ? 0 : without.lastIndexOf(": ") + 2)
                .toLowerCase(Locale.ROOT);
    }
}
