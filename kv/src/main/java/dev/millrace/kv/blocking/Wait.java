package dev.millrace.kv.blocking;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.resp.Reply;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.session.KeptNames;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.Session;
import dev.millrace.kv.store.DatabaseKey;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Waits;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A client that waits inside a command until a key has what it wants: BLPOP, BLMOVE and their kin.
 * A command that finds nothing says
 *
 * <pre>{@code
 * Wait.begin(call, Wanted.oneOf(Item.TYPE_LIST, 1, 3, deadline), (served, key) -> ...);
 * }</pre>
 *
 * <p>and no more. Sorted sets do the same with their own type; a client only ever gets a key of the
 * type it waits for, and lets the others pass. Who reads streams has a wish that looks closer: for
 * entries behind those it knows, or that the group it reads with is gone.
 *
 * <p><b>How it ends.</b> It waits; then exactly one, by compare-and-set, ends that: a lane that
 * serves it, its deadline, CLIENT UNBLOCK, or that the client is gone or killed. The winner sees to
 * the answer. Whoever loses finds that it does not wait and goes on.
 *
 * <pre>
 *   waiting --claim--> served by any lane | timed out | unblocked | abandoned
 * </pre>
 *
 * <p>What the wait holds (its places in {@link Waits}, its deadline, the copy of its request) its
 * own lane gives back, in a task, with no stripe locked, and later what is in a stripe that is
 * taken. Until then others may still find it, and see that it waits no more.
 *
 * <p><b>Threads.</b> It is begun under the stripes of its keys, so no push is missed. It is served
 * on the lane whose command made the key ready, see {@link Serving}. The request is written before
 * the stripes are unlocked and freed after the claim is over, so whoever claims may read it.
 */
public final class Wait implements Deadlines.Until, Waits.Waiter {
    private static final int ANSWER_BYTES = 256;

    private final Session session;
    private final Command command;
    private final Wanted wanted;
    private final Service service;
    private final long reach;
    private final Request request = Request.view();
    private final NativeBuffer copy;
    private final long heapBytes;
    private final Map<DatabaseKey, At> places = new LinkedHashMap<>();
    private final AtomicBoolean waiting = new AtomicBoolean(true);

    /** How many of its places it has given back. */
    private int placesLeft;

    /** Where it waits for a key: its stripe, and the argument that it is. */
    private record At(Stripe stripe, int index) {}

    private Wait(Call call, Wanted wanted, Service service) {
        this.session = call.session();
        this.command = call.command();
        this.wanted = wanted;
        this.service = service;
        this.reach = wanted.destination() == 0 ? 0 : reach(call, wanted.destination());
        this.heapBytes = heapBytes(call, wanted);
        session.lane().server().keptNames().take(heapBytes); // It may refuse.
        this.copy = new NativeBuffer(call.lane().slabs(), Math.max(call.request().bytes(), 1));
        call.request().copyTo(copy);
        request.show(copy.address(), call.count());
    }

    private static long heapBytes(Call call, Wanted wanted) {
        long bytes = KeptNames.NAME_BYTES;
        for (int i = wanted.first(); i <= wanted.last(); i++) {
            bytes += call.length(i) + KeptNames.NAME_BYTES;
        }
        return bytes;
    }

    private static long reach(Call call, int key) {
        return 1L << call.stripes().indexOf(call.address(key), call.length(key));
    }

    /**
     * Has the client of the running command wait. Its keys are locked, none has what it wants, and
     * it is not in a transaction, where nobody waits. The service is that of the client's later
     * answer: it must not refer to this call.
     */
    public static void begin(Call call, Wanted wanted, Service service) {
        assert !call.isInTransaction();
        Wait wait = new Wait(call, wanted, service);
        for (int i = wanted.first(); i <= wanted.last(); i++) {
            wait.enter(call, i);
        }
        wait.session.blocking(wait);
        call.lane().suspend(wait.session);
        if (wanted.deadlineMillis() != 0) {
            call.lane().deadlines().add(wait);
        }
    }

    private void enter(Call call, int key) {
        DatabaseKey name = new DatabaseKey(session.database(), call.request().bytes(key));
        Stripe stripe = call.stripes().of(call.address(key), call.length(key));
        if (places.putIfAbsent(name, new At(stripe, key)) == null) {
            stripe.waits().add(name, this);
        }
    }

    @Override
    public long id() {
        return session.id();
    }

    @Override
    public long deadlineMillis() {
        return wanted.deadlineMillis();
    }

    /** The most bytes of effects that serving it may cause. */
    long cost() {
        return command.cost(request);
    }

    @Override
    public boolean isWaiting() {
        return waiting.get();
    }

    @Override
    public boolean accepts(DatabaseKey name, Place found) {
        At at = places.get(name);
        return at != null && wanted.wish().isGranted(at.index, found);
    }

    @Override
    public long reach() {
        return reach;
    }

    // ---- Its end

    /** Ends the wait; false if another has done so. */
    boolean claim() {
        boolean won = waiting.compareAndSet(true, false);
        if (won) {
            session.unblocked();
        }
        return won;
    }

    /**
     * Does on this lane what the client has waited for, which is claimed. The stripes are locked
     * and there is space.
     */
    void serve(Lane by, int database, long key, int length) {
        NativeBuffer answer = new NativeBuffer(by.slabs(), ANSWER_BYTES);
        long position =
                by.serve(
                        session,
                        command,
                        request,
                        answer,
                        call -> service.serve(call, call.peek(key, length, database)));
        session.lane()
                .loop()
                .execute(
                        () -> {
                            answer(
                                    position,
                                    false,
                                    reply -> reply.out().put(answer.address(), answer.length()));
                            // It is memory of the other lane's.
                            by.loop().execute(answer::free);
                        });
    }

    @Override
    public boolean unblock(@Nullable Refusal error) {
        if (!claim()) {
            return false;
        }
        session.lane()
                .loop()
                .execute(
                        () ->
                                answer(
                                        0,
                                        error != null,
                                        reply -> {
                                            if (error != null) {
                                                throw error;
                                            }
                                            reply.nullArray();
                                        }));
        return true;
    }

    @Override
    public void abandon() {
        if (claim()) {
            session.lane().loop().execute(this::leave);
        }
    }

    private void answer(long position, boolean refused, Consumer<Reply> answer) {
        session.lane().hasWaited(session, command, request, refused);
        leave();
        session.lane().resumeHere(session, position, answer);
    }

    /** Gives back what it holds. On its own loop, where no stripe is locked. */
    private void leave() {
        session.lane().deadlines().remove(this);
        session.lane().server().keptNames().giveBack(heapBytes);
        places.forEach((name, at) -> session.lane().leave(at.stripe, () -> left(name, at)));
    }

    private void left(DatabaseKey name, At at) {
        at.stripe.waits().remove(name, this);
        placesLeft++;
        if (placesLeft == places.size()) {
            copy.free();
        }
    }
}
