package dev.millrace.kv.session;

import dev.millrace.kernel.journal.RecordWriter;
import dev.millrace.kernel.transaction.Participant;
import dev.millrace.kernel.transaction.Verdict;
import dev.millrace.kv.command.Branch;
import dev.millrace.kv.command.Refusal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * What the block that runs does in other rooms, as parts of this lane's record; a command outside
 * of MULTI is a block of its own. The rooms are joined after the stripes were locked and left after
 * the record was appended, each once; their checks are all made before the first change.
 */
final class Branches {
    private final KvServer server;
    private final RecordWriter record;
    private final List<Branch> all = new ArrayList<>();
    private final ArrayDeque<Verdict.Allowed> allowed = new ArrayDeque<>();
    private final List<Participant> joined = new ArrayList<>();
    private long bytesLeft;

    Branches(KvServer server, RecordWriter record) {
        this.server = server;
        this.record = record;
    }

    /** Adds what one command is to do, in the order of the commands; before {@link #join}. */
    void add(Branch branch) {
        all.add(branch);
    }

    /**
     * Joins every room of these.
     *
     * @throws Refusal if one has stopped meanwhile
     */
    void join() {
        for (Participant room : server.participants().inLockOrder()) {
            if (all.stream().anyMatch(branch -> branch.room().equals(room))) {
                join(room);
            }
        }
        // One that has withdrawn since its branch was made is not among those that serve.
        all.forEach(branch -> requireJoined(branch.room()));
    }

    private void join(Participant room) {
        if (room.join(record)) {
            joined.add(room);
        }
    }

    private void requireJoined(Participant room) {
        if (!joined.contains(room)) {
            throw new Refusal("ERR the " + room.room() + " room has stopped");
        }
    }

    /**
     * Checks all of it; nothing is changed.
     *
     * @return false if a room cannot tell now, and is to be asked again in a moment
     * @throws Refusal in the words of the room that refuses
     */
    boolean check() {
        for (Branch branch : all) {
            switch (branch.check().get()) {
                case Verdict.Allowed one -> {
                    allowed.add(one);
                    bytesLeft += one.bytes();
                }
                case Verdict.Refused refused -> throw new Refusal(refused.reason());
                case Verdict.NotNow _ -> {
                    return false;
                }
            }
        }
        return true;
    }

    /** What those that are not yet made take of the record, at most. */
    long bytesLeft() {
        return bytesLeft;
    }

    /** Makes the next change; what it answers. */
    long next() {
        Verdict.Allowed one = allowed.remove();
        long answer = one.change().getAsLong();
        bytesLeft -= one.bytes();
        return answer;
    }

    /** True if a room that was joined has replies wait until the medium has what they tell of. */
    boolean waitForDisk() {
        boolean any = false;
        for (Participant room : joined) {
            any |= room.waitsForDisk();
        }
        return any;
    }

    /**
     * Leaves the rooms, the last first, and forgets all.
     *
     * @param position the record's; 0: nothing was changed there
     */
    void leave(long position) {
        while (!joined.isEmpty()) {
            joined.removeLast().leave(position);
        }
        clear();
    }

    /** Forgets what was to be done; no room is joined. */
    void clear() {
        all.clear();
        allowed.clear();
        bytesLeft = 0;
    }
}
