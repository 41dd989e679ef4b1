package dev.millrace.registry.checkpoint;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.shard.Checkpoint;
import dev.millrace.registry.acl.Acl;
import dev.millrace.registry.acl.Policy;
import dev.millrace.registry.acl.Role;
import dev.millrace.registry.acl.Token;
import dev.millrace.registry.catalog.Catalog;
import dev.millrace.registry.catalog.Check;
import dev.millrace.registry.catalog.Host;
import dev.millrace.registry.catalog.Hosted;
import dev.millrace.registry.effect.Change;
import dev.millrace.registry.effect.Changes;
import dev.millrace.registry.effect.FireEvent;
import dev.millrace.registry.effect.Form;
import dev.millrace.registry.effect.FormReader;
import dev.millrace.registry.effect.PutCheck;
import dev.millrace.registry.effect.PutInstance;
import dev.millrace.registry.effect.PutKey;
import dev.millrace.registry.effect.PutNode;
import dev.millrace.registry.effect.PutPolicy;
import dev.millrace.registry.effect.PutQuery;
import dev.millrace.registry.effect.PutRole;
import dev.millrace.registry.effect.PutSession;
import dev.millrace.registry.effect.PutToken;
import dev.millrace.registry.event.UserEvent;
import dev.millrace.registry.keys.Entry;
import dev.millrace.registry.keys.Keys;
import dev.millrace.registry.query.PreparedQuery;
import dev.millrace.registry.session.Session;
import dev.millrace.registry.session.Sessions;
import dev.millrace.registry.state.State;

import org.jspecify.annotations.Nullable;

/**
 * A state on its way into a checkpoint: what there is, as the changes that would put it there, then
 * the indices that these do not say.
 *
 * <pre>
 * entry: kind u8 | values
 *   1 a change          as in a record
 *   2 a node's index    name, index
 *   3 a service's       name, index; of one that is not there: of its end
 *   4 the tables'       index, floor of ends, nodes, services, checks; floors of ends of keys and of
 *                       sessions, sessions; bootstrap, tokens; queries
 *   5 a key's end       key, index
 *   6 a key's delay     key, milliseconds since 1970
 *   7 a session's end   id, index
 * </pre>
 */
final class Cut implements Runnable {
    private static final int CHANGE = 1;
    private static final int HOST_INDEX = 2;
    private static final int SERVICE_INDEX = 3;
    private static final int INDICES = 4;
    private static final int KEY_END = 5;
    private static final int KEY_DELAY = 6;
    private static final int SESSION_END = 7;

    private final State state;
    private final Checkpoint checkpoint;
    private Checkpoint.@Nullable Block block;

    Cut(State state, Checkpoint checkpoint) {
        this.state = state;
        this.checkpoint = checkpoint;
    }

    @Override
    public void run() {
        try {
            give(state.catalog());
            give(state.sessions());
            give(state.keys());
            give(state.acl());
            for (PreparedQuery query : state.queries().byId().values()) {
                give(new PutQuery(query));
            }
            for (UserEvent event : state.events().last()) {
                give(new FireEvent(event));
            }
            begin(INDICES)
                    .number(state.index())
                    .number(state.catalog().gone().floor())
                    .number(state.catalog().nodesIndex())
                    .number(state.catalog().servicesIndex())
                    .number(state.catalog().checksIndex())
                    .number(state.keys().gone().floor())
                    .number(state.sessions().gone().floor())
                    .number(state.sessions().index())
                    .number(state.acl().bootstrapIndex())
                    .number(state.acl().index())
                    .number(state.queries().index());
            flush();
            checkpoint.done();
        } catch (RuntimeException | Error failure) {
            checkpoint.abandon("registry: " + failure);
        } catch (InterruptedException stopped) {
            checkpoint.abandon("the process stops");
        }
    }

    private void give(Catalog catalog) throws InterruptedException {
        for (Host host : catalog.hosts().values()) {
            give(new PutNode(host.node()));
            for (Hosted hosted : host.instances().values()) {
                give(new PutInstance(hosted.instance()));
            }
            for (Check check : host.allChecks()) {
                give(new PutCheck(check));
            }
            begin(HOST_INDEX).text(host.node().name()).number(host.index());
        }
        for (var service : catalog.services().entrySet()) {
            begin(SERVICE_INDEX).text(service.getKey()).number(service.getValue().index());
        }
        for (var gone : catalog.gone().indices().entrySet()) {
            begin(SERVICE_INDEX).text(gone.getKey()).number(gone.getValue());
        }
    }

    private void give(Sessions sessions) throws InterruptedException {
        for (Session session : sessions.byId().values()) {
            give(new PutSession(session));
        }
        for (var gone : sessions.gone().indices().entrySet()) {
            begin(SESSION_END).text(gone.getKey()).number(gone.getValue());
        }
    }

    private void give(Keys keys) throws InterruptedException {
        for (Entry entry : keys.entries().values()) {
            give(new PutKey(entry));
        }
        for (var gone : keys.gone().indices().entrySet()) {
            begin(KEY_END).text(gone.getKey()).number(gone.getValue());
        }
        for (var delay : keys.delays().entrySet()) {
            begin(KEY_DELAY).text(delay.getKey()).number(delay.getValue());
        }
    }

    private void give(Acl acl) throws InterruptedException {
        for (Policy policy : acl.policies().values()) {
            give(new PutPolicy(policy));
        }
        for (Role role : acl.roles().values()) {
            give(new PutRole(role));
        }
        for (Token token : acl.tokens().values()) {
            give(new PutToken(token, false));
        }
    }

    private void give(Change change) throws InterruptedException {
        NativeBuffer out = buffer();
        out.putByte(CHANGE);
        Changes.write(out, 0, change);
    }

    private Form begin(int kind) throws InterruptedException {
        NativeBuffer out = buffer();
        out.putByte(kind);
        return new Form(out);
    }

    /** Where the next entry goes. */
    private NativeBuffer buffer() throws InterruptedException {
        Checkpoint.Block filling = block;
        if (filling != null && filling.buffer().length() >= Checkpoint.BLOCK_BYTES / 2) {
            flush();
            filling = null;
        }
        if (filling == null) {
            filling = checkpoint.takeWaiting();
            block = filling;
        }
        return filling.buffer();
    }

    private void flush() {
        Checkpoint.Block filled = block;
        if (filled != null) {
            checkpoint.give(Changes.machine(), filled);
            block = null;
        }
    }

    /** The state with one entry of a checkpoint. */
    static State restored(State before, FormReader in) {
        int kind = in.unsignedByte();
        Catalog catalog = before.catalog();
        return switch (kind) {
            case CHANGE -> Changes.restored(before, in);
            case HOST_INDEX -> before.with(catalog.restoredHost(in.text(), in.varint()));
            case SERVICE_INDEX -> before.with(catalog.restored(in.text(), in.varint()));
            case INDICES -> indices(before, in);
            case KEY_END -> before.with(before.keys().restoredEnd(in.text(), in.varint()));
            case KEY_DELAY -> before.with(before.keys().restoredDelay(in.text(), in.varint()));
            case SESSION_END -> before.with(before.sessions().restoredEnd(in.text(), in.varint()));
            default -> throw in.damaged("entry " + kind + ": unknown");
        };
    }

    private static State indices(State before, FormReader in) {
        return before.at(in.varint())
                .with(before.catalog().restored(in.varint(), in.varint(), in.varint(), in.varint()))
                .with(before.keys().restored(in.varint()))
                .with(before.sessions().restored(in.varint(), in.varint()))
                .with(before.acl().restored(in.varint(), in.varint()))
                .with(before.queries().restored(in.varint()));
    }
}
