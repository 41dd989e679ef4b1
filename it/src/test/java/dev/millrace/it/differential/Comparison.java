package dev.millrace.it.differential;

import dev.millrace.it.resp.Reply;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * When two replies count as the same although their bytes differ. Asked only if they do differ;
 * errors are always compared exactly, and so is everything that has no reason to differ.
 */
@FunctionalInterface
public interface Comparison {
    boolean same(Reply ours, Reply theirs);

    /** The bytes must be equal. */
    Comparison EXACT = Reply::equals;

    /** What stands in a dump for the length of a string that is compressed. */
    char COMPRESSED = '\u00c3';

    /** Seconds of a clock that both servers read for themselves. */
    Comparison SECONDS = near(3);

    /** Milliseconds of such a clock; long enough for a machine that is busy. */
    Comparison MILLIS = near(3_000);

    /** Times since 1970 are greater. */
    long EPOCH_MILLIS_MIN = 100_000_000_000L;

    /** Milliseconds since something that both servers did just now, or not at all. */
    Comparison IDLE =
            (ours, theirs) ->
                    ours instanceof Reply.Whole(long our)
                            && theirs instanceof Reply.Whole(long their)
                            && Math.abs(our - their) <= 60_000;

    /** The same items in any order. */
    Comparison UNORDERED =
            (ours, theirs) ->
                    ours.getClass() == theirs.getClass()
                            && sorted(ours.children()).equals(sorted(theirs.children()));

    /** The same pairs in any order: a map, or an array of twice as many. */
    Comparison PAIRS =
            (ours, theirs) ->
                    ours.getClass() == theirs.getClass()
                            && pairs(ours.children()).equals(pairs(theirs.children()));

    /** As many items of the same kind: drawn by chance. */
    Comparison SAME_SIZE =
            (ours, theirs) ->
                    !(ours instanceof Reply.Failure)
                            && ours.getClass() == theirs.getClass()
                            && ours.children().size() == theirs.children().size();

    /** A cursor, and the same items in any order. */
    Comparison SCANNED =
            (ours, theirs) ->
                    ours.children().size() == 2
                            && theirs.children().size() == 2
                            && ours.children().getFirst().equals(theirs.children().getFirst())
                            && UNORDERED.same(
                                    ours.children().getLast(), theirs.children().getLast());

    /** Only the kind of value is promised: a random key, an id. */
    Comparison SAME_KIND =
            (ours, theirs) ->
                    !(ours instanceof Reply.Failure) && ours.getClass() == theirs.getClass();

    /** How a string is held in memory is each server's own business; that it is one is not. */
    Comparison ENCODING =
            (ours, theirs) ->
                    ours instanceof Reply.Bulk(String our)
                            && theirs instanceof Reply.Bulk(String their)
                            && holdsString(our)
                            && holdsString(their);

    /** What HELLO says, less the server's version and the connection's id. */
    Comparison HELLO =
            (ours, theirs) ->
                    ours.getClass() == theirs.getClass()
                            && withoutIdentity(ours.children())
                                    .equals(withoutIdentity(theirs.children()));

    /**
     * DUMP. Where the form has no order of its own (tables) or is cut into nodes (lists), and where
     * Redis has compressed it, only that it is the same form counts.
     */
    Comparison DUMPED =
            (ours, theirs) ->
                    ours instanceof Reply.Bulk(String our)
                            && theirs instanceof Reply.Bulk(String their)
                            && our.charAt(0) == their.charAt(0)
                            && (!isExactDump(our.charAt(0)) || their.charAt(1) == COMPRESSED);

    /**
     * What tells of times within: since 1970, or for how long something has been idle (XPENDING,
     * XINFO). All else must be equal.
     */
    Comparison TIMED = Comparison::isTimed;

    private static boolean isTimed(Reply ours, Reply theirs) {
        if (ours instanceof Reply.Whole(long our) && theirs instanceof Reply.Whole(long their)) {
            return our == their || our > EPOCH_MILLIS_MIN && MILLIS.same(ours, theirs);
        }
        List<Reply> our = ours.children();
        List<Reply> their = theirs.children();
        if (our.isEmpty() || ours.getClass() != theirs.getClass() || our.size() != their.size()) {
            return ours.equals(theirs);
        }
        for (int i = 0; i < our.size(); i++) {
            boolean same = isTimed(our.get(i), their.get(i));
            if (!same && !(isIdle(our, i) && IDLE.same(our.get(i), their.get(i)))) {
                return false;
            }
        }
        return true;
    }

    /** The third of XPENDING's four, or what XINFO calls idle. */
    private static boolean isIdle(List<Reply> items, int index) {
        return index == 2 && items.size() == 4 && items.get(1) instanceof Reply.Bulk
                || index > 0 && items.get(index - 1).equals(new Reply.Bulk("idle"));
    }

    /** A list of replies, each compared in its own way, as EXEC answers. */
    static Comparison each(List<Comparison> comparisons) {
        return (ours, theirs) -> {
            List<Reply> our = ours.children();
            List<Reply> their = theirs.children();
            if (ours.getClass() != theirs.getClass()
                    || our.size() != their.size()
                    || our.size() != comparisons.size()) {
                return false;
            }
            for (int index = 0; index < our.size(); index++) {
                if (!our.get(index).equals(their.get(index))
                        && !comparisons.get(index).same(our.get(index), their.get(index))) {
                    return false;
                }
            }
            return true;
        };
    }

    private static Comparison near(long tolerance) {
        return (ours, theirs) ->
                ours instanceof Reply.Whole(long our)
                        && theirs instanceof Reply.Whole(long their)
                        && our > 0
                        && their > 0
                        && Math.abs(our - their) <= tolerance;
    }

    private static List<Reply> sorted(List<Reply> items) {
        List<Reply> copy = new ArrayList<>(items);
        copy.sort(Comparator.comparing(Reply::toString));
        return copy;
    }

    private static List<String> pairs(List<Reply> items) {
        List<String> pairs = new ArrayList<>();
        for (int index = 0; index + 1 < items.size(); index += 2) {
            pairs.add(items.get(index) + "=" + items.get(index + 1));
        }
        pairs.sort(Comparator.naturalOrder());
        return pairs;
    }

    /** RDB's types of integer sets, and of hashes and sorted sets that are listpacks. */
    private static boolean isExactDump(int type) {
        return type == 11 || type == 16 || type == 17;
    }

    private static boolean holdsString(String encoding) {
        return List.of("int", "embstr", "raw").contains(encoding);
    }

    private static List<Reply> withoutIdentity(List<Reply> pairs) {
        List<Reply> kept = new ArrayList<>();
        for (int index = 0; index + 1 < pairs.size(); index += 2) {
            kept.add(pairs.get(index));
            if (!List.of("version", "id").contains(pairs.get(index).text())) {
                kept.add(pairs.get(index + 1));
            }
        }
        return kept;
    }
}
