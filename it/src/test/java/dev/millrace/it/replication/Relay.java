package dev.millrace.it.replication;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The way to a master, which can be cut at a place of what the master says, or be held up. Who
 * comes back after a cut gets through.
 */
final class Relay implements AutoCloseable {
    private static final int PIECE_BYTES = 16 * 1024;

    private final int masterPort;
    private final ServerSocket listener;
    private final List<Socket> open = new ArrayList<>();
    private boolean held;
    private byte[] mark = {};
    private int matched;
    private long behindMark = -1;
    private int cuts;

    Relay(int masterPort) throws IOException {
        this.masterPort = masterPort;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon(true).start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** The link will be cut when so many bytes have passed behind the next that are these. */
    synchronized void cutBehind(String bytes, long more) {
        mark = bytes.getBytes(StandardCharsets.ISO_8859_1);
        matched = 0;
        behindMark = more;
    }

    synchronized int cuts() {
        return cuts;
    }

    /** From here on nothing of what the master says is taken from it. */
    synchronized void hold() {
        held = true;
    }

    synchronized void release() {
        held = false;
        notifyAll();
    }

    private void accept() {
        try {
            while (true) {
                Socket replica = listener.accept();
                Socket master = new Socket(InetAddress.getLoopbackAddress(), masterPort);
                synchronized (this) {
                    open.add(replica);
                    open.add(master);
                }
                Thread.ofPlatform().daemon(true).start(() -> carry(replica, master, false));
                Thread.ofPlatform().daemon(true).start(() -> carry(master, replica, true));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void carry(Socket from, Socket to, boolean isMasters) {
        byte[] piece = new byte[PIECE_BYTES];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            int count = in.read(piece);
            while (count > 0) {
                int passes = isMasters ? passing(piece, count) : count;
                out.write(piece, 0, passes);
                if (passes < count) {
                    return;
                }
                count = in.read(piece);
            }
        } catch (IOException | InterruptedException ended) {
            // One of them has gone: the other is told so.
        }
    }

    /** How many bytes may pass; fewer than there are if the link is to be cut behind them. */
    private synchronized int passing(byte[] piece, int count) throws InterruptedException {
        while (held) {
            wait();
        }
        for (int i = 0; i < count; i++) {
            if (behindMark >= 0 && isCut(piece[i])) {
                cuts++;
                behindMark = -1;
                return i;
            }
        }
        return count;
    }

    /** The mark begins with what it has nowhere else. */
    private boolean isCut(byte next) {
        if (matched == mark.length) {
            return behindMark-- == 0;
        }
        matched = next == mark[matched] ? matched + 1 : next == mark[0] ? 1 : 0;
        return false;
    }

    @Override
    public void close() throws IOException {
        release();
        listener.close();
        synchronized (this) {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }
}
