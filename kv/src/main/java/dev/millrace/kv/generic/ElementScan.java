package dev.millrace.kv.generic;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.glob.GlobPattern;
import dev.millrace.kv.packed.Element;

/**
 * HSCAN and its kin: a step through one collection. One that is packed is told of as a whole, as
 * Redis does, whatever the cursor and the count.
 *
 * <p>The elements are written to the reply as they are found; what stands before them is moved
 * there at the end.
 */
public final class ElementScan {
    private static final long COUNT = 10;

    /** So many buckets are looked at for each element wanted, as Redis does in a sparse table. */
    private static final int BUCKETS_PER_ELEMENT = 10;

    /** Tells of the elements at a cursor with {@code add}, and answers the next; 0 at the end. */
    @FunctionalInterface
    public interface Step {
        long from(long cursor);
    }

    private final Call call;
    private final long cursor;
    private long count = COUNT;
    private GlobPattern pattern = GlobPattern.of(new byte[] {'*'});
    private int seen;
    private int written;

    private ElementScan(Call call, long cursor) {
        this.call = call;
        this.cursor = cursor;
    }

    /** A scan with the cursor behind the key. */
    public static ElementScan of(Call call) {
        return new ElementScan(call, ScanCursor.parse(call, 2).number());
    }

    /** Answers for a key that does not exist: Redis does not look at the options then. */
    public void answerEmpty() {
        call.reply().array(2);
        call.reply().bulk("0");
        call.reply().emptyArray();
    }

    /** Takes the steps and answers. */
    public void answer(Step step) {
        readOptions();
        NativeBuffer out = call.reply().out();
        long begun = out.length();
        long buckets = Math.min(count, Long.MAX_VALUE / BUCKETS_PER_ELEMENT) * BUCKETS_PER_ELEMENT;
        long next = cursor;
        do {
            next = step.from(next);
        } while (next != 0 && seen < count && --buckets >= 0);
        long head = out.length();
        call.reply().array(2);
        call.reply().bulk(Long.toUnsignedString(next));
        call.reply().array(written);
        call.reply().toFront(begun, head);
    }

    private void readOptions() {
        for (int i = 3; i < call.count(); i += 2) {
            if (i + 1 == call.count()) {
                throw Refusal.SYNTAX;
            }
            if (call.is(i, "COUNT")) {
                count = call.integer(i + 1);
                if (count < 1) {
                    throw Refusal.SYNTAX;
                }
            } else if (call.is(i, "MATCH")) {
                pattern = GlobPattern.of(call.bytes(i + 1));
            } else {
                throw Refusal.SYNTAX;
            }
        }
    }

    /** Is told of an element that has nothing with it. */
    public void add(Element name) {
        if (isWanted(name)) {
            write(name);
        }
    }

    /** Is told of an element with a value. */
    public void add(Element name, Element value) {
        if (isWanted(name)) {
            write(name);
            write(value);
        }
    }

    /** Counts an element; whether it, and what is with it, is to be {@link #write written}. */
    public boolean isWanted(Element name) {
        seen++;
        return pattern.matchesAll() || pattern.matches(name.address(), name.length());
    }

    /** Writes one that is wanted, or what is with it. */
    public void write(Element element) {
        call.reply().bulk(element.address(), element.length());
        written++;
    }
}
