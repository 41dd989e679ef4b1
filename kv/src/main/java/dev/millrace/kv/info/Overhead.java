package dev.millrace.kv.info;

import dev.millrace.kv.replication.Feed;
import dev.millrace.kv.script.Engine;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Session;
import dev.millrace.kv.store.Dictionary;
import dev.millrace.kv.store.Stripe;

/**
 * What is taken beside keys and values, bytes. Tables and clients' buffers are part of what counts
 * as used memory, the rest is not.
 *
 * @param tables of all databases
 * @param clients what they have sent, queued and not read
 * @param replicas the same of those that follow
 * @param backlog of the stream that is kept for those that come back
 * @param scripts that are cached
 * @param libraries of functions
 */
public record Overhead(
        long tables, long clients, long replicas, long backlog, long scripts, long libraries) {
    /** As it is now; without the stripes' locks, for a sum over all is stale anyway. */
    public static Overhead of(KvServer server) {
        long tables = 0;
        for (int i = 0; i < Stripe.DATABASES; i++) {
            tables += itemTables(server, i) + expiryTables(server, i);
        }
        Engine scripts = Engine.of(server);
        return new Overhead(
                tables,
                clients(server, Session.Peer.CLIENT),
                clients(server, Session.Peer.REPLICA),
                Feed.of(server).keptBytes(),
                scripts.scriptBytes(),
                scripts.libraryBytes());
    }

    private static long clients(KvServer server, Session.Peer kind) {
        return server.sessions().stream()
                .filter(session -> session.peer() == kind)
                .mapToLong(Session::memoryBytes)
                .sum();
    }

    /** What a database's table of keys takes. */
    public static long itemTables(KvServer server, int database) {
        long entries = 0;
        for (int i = 0; i < server.stripes().count(); i++) {
            entries += server.stripes().stripe(i).database(database).items().size();
        }
        return entries * Dictionary.ENTRY_BYTES;
    }

    /** What its table of keys with an end takes. */
    public static long expiryTables(KvServer server, int database) {
        long entries = 0;
        for (int i = 0; i < server.stripes().count(); i++) {
            entries += server.stripes().stripe(i).database(database).expires().size();
        }
        return entries * Dictionary.ENTRY_BYTES;
    }

    public long sum() {
        return tables + clients + replicas + backlog + scripts + libraries;
    }
}
