package dev.millrace.kv.generic;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.glob.GlobPattern;
import dev.millrace.kv.packed.Element;

/** What HSCAN, SSCAN and ZSCAN have in common: {@code key cursor [MATCH pattern] [COUNT count]}. */
public final class CollectionScan {
    private static final int COUNT = 10;

    /** So many buckets are looked at for each element wanted, as Redis does in a sparse table. */
    private static final int STEPS_PER_ELEMENT = 10;

    private final GlobPattern pattern;
    private final long wanted;
    private long seen;
    private long steps;

    private CollectionScan(GlobPattern pattern, long wanted) {
        this.pattern = pattern;
        this.wanted = wanted;
        this.steps = Math.min(wanted, Long.MAX_VALUE / STEPS_PER_ELEMENT) * STEPS_PER_ELEMENT;
    }

    /** The cursor that is an argument. */
    public static long cursor(Call call, int index) {
        return ScanCursor.parse(call, index).number();
    }

    /** Reads the options from an index on. */
    public static CollectionScan read(Call call, int first) {
        GlobPattern pattern = GlobPattern.of(new byte[] {'*'});
        long wanted = COUNT;
        for (int i = first; i < call.count(); i += 2) {
            if (i + 1 == call.count()) {
                throw Refusal.SYNTAX;
            }
            if (call.is(i, "COUNT")) {
                wanted = call.integer(i + 1);
                if (wanted < 1) {
                    throw Refusal.SYNTAX;
                }
            } else if (call.is(i, "MATCH")) {
                pattern = GlobPattern.of(call.bytes(i + 1));
            } else {
                throw Refusal.SYNTAX;
            }
        }
        return new CollectionScan(pattern, wanted);
    }

    /** Answers that there is nothing to scan. */
    public static void nothing(Call call) {
        call.reply().array(2);
        call.reply().bulk("0");
        call.reply().emptyArray();
    }

    public boolean matches(Element element) {
        return pattern.matchesAll() || pattern.matches(element.address(), element.length());
    }

    /** Counts an element, whether it matches or not. */
    public void saw() {
        seen++;
    }

    /** Whether another step is to be made; to be asked once after each. */
    public boolean wantsMore() {
        return seen < wanted && --steps > 0;
    }
}
