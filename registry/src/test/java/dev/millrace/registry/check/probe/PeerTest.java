package dev.millrace.registry.check.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import org.junit.jupiter.api.Test;

class PeerTest {
    @Test
    void a_host_and_a_port_make_a_peer() {
        assertPeer("a.example", 80, "a.example:80");
        assertPeer("127.0.0.1", 65_535, "127.0.0.1:65535");
        assertPeer("::1", 1, "[::1]:1");
        assertPeer("", 8_080, ":8080");
    }

    @Test
    void what_is_no_address_is_refused() {
        for (String text :
                new String[] {
                    "", "host", "host:", "host:x", "host:65536", "a:b:1", "[::1]", "h:-1"
                }) {
            assertInstanceOf(Peer.Malformed.class, Peer.parse(text), text);
        }
    }

    private static void assertPeer(String host, int port, String text) {
        Peer peer = new Peer(host, port);
        assertEquals(new Peer.Named(peer), Peer.parse(text));
        assertEquals(text, peer.toString());
    }
}
