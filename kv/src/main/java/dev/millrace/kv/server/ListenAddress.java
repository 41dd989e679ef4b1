package dev.millrace.kv.server;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.log.Log;
import dev.millrace.kernel.net.CannotListen;
import dev.millrace.kernel.net.Listener;
import dev.millrace.kernel.net.Network;
import dev.millrace.kv.config.Parameters;

/**
 * Where Redis clients come in: the settings say it at the start, {@code CONFIG SET port} and {@code
 * bind} afterwards. One address, not several as Redis has.
 */
final class ListenAddress {
    private final Network network;
    private final Listener listener;
    private final Log log;
    private volatile String host;

    ListenAddress(Network network, Listener listener, String host, Log log) {
        this.network = network;
        this.listener = listener;
        this.host = host;
        this.log = log;
    }

    void declare(Parameters parameters) {
        parameters.movedBy(
                "port",
                () -> Integer.toString(listener.port()),
                port -> moves(host, Integer.parseInt(port)),
                "Unable to listen on this port. Check server logs.");
        parameters.movedBy(
                "bind",
                () -> host,
                other -> moves(other, listener.port()),
                "Failed to bind to specified addresses.");
    }

    private synchronized boolean moves(String host, int port) {
        try {
            network.move(listener, host, port);
        } catch (BadSettings | CannotListen failure) {
            log.warn(
                    "cannot listen",
                    "address",
                    host + ":" + port,
                    "why",
                    String.valueOf(failure.getMessage()));
            return false;
        }
        this.host = host;
        log.info("listening", "address", host + ":" + port);
        return true;
    }
}
