package dev.millrace.registry.check.probe;

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
            default -> isTls(cause) ? tls(cause) : "read: " + lastWords(cause);
        };
    }

    private static boolean isTls(Throwable cause) {
        return cause instanceof SSLException || cause.getCause() instanceof SSLException;
    }

    private static String tls(Throwable cause) {
        Throwable root = cause;
        while (true) {
            if (root instanceof NotSslRecordException) {
                return "tls: first record does not look like a TLS handshake";
            }
            if (root instanceof CertPathBuilderException) {
                return "tls: failed to verify certificate: x509: certificate signed by unknown"
                        + " authority";
            }
            Throwable deeper = root.getCause();
            if (deeper == null) {
                break;
            }
            root = deeper;
        }
        String message = String.valueOf(root.getMessage());
        return root instanceof CertificateException
                ? "tls: failed to verify certificate: x509: " + message
                : "tls: " + message;
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
