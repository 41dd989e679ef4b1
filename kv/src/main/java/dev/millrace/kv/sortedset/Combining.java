package dev.millrace.kv.sortedset;

import static dev.millrace.kv.sortedset.Declarations.sortedSet;

import dev.millrace.kv.collection.ScoredCombination;
import dev.millrace.kv.collection.ScoredCombination.Operation;
import dev.millrace.kv.collection.SortedSetDraft;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Notification;

import java.util.List;

/**
 * ZUNION, ZINTER, ZDIFF, their forms that store, and ZINTERCARD. What is logged is which keys are
 * combined how, not the result: it follows from them, and may be much longer.
 */
public final class Combining {
    private static final String UNION =
            "O(N)+O(M*log(M)) with N being the sum of the sizes of the input sorted sets, and M"
                    + " being the number of elements in the resulting sorted set.";
    private static final String UNION_STORE = UNION.replace("M*log(M)", "M log(M)");
    private static final String INTERSECTION =
            "O(N*K)+O(M*log(M)) worst case with N being the smallest input sorted set, K being the"
                    + " number of input sorted sets and M being the number of elements in the resulting"
                    + " sorted set.";
    private static final String DIFFERENCE =
            "O(L + (N-K)log(N)) worst case where L is the total number of elements in all the"
                    + " sets, N is the size of the first set, and K is the size of the result set.";

    private Combining() {}

    public static List<Command> all() {
        return List.of(
                reading("zunion", "6.2.0")
                        .complexity(UNION)
                        .summary("Add multiple sorted sets")
                        .does(call -> answer(call, Operation.UNION)),
                reading("zinter", "6.2.0")
                        .complexity(INTERSECTION)
                        .summary("Intersect multiple sorted sets")
                        .does(call -> answer(call, Operation.INTERSECTION)),
                reading("zdiff", "6.2.0")
                        .complexity(DIFFERENCE)
                        .summary("Subtract multiple sorted sets")
                        .does(call -> answer(call, Operation.DIFFERENCE)),
                sortedSet("zintercard", "7.0.0", -3)
                        .complexity(
                                "O(N*K) worst case with N being the smallest input sorted set, K"
                                        + " being the number of input sorted sets.")
                        .summary(
                                "Intersect multiple sorted sets and return the cardinality of the"
                                        + " result")
                        .keys(Keys.counted(1))
                        .flags(Flag.READONLY)
                        .does(Combining::size),
                storing("zunionstore", "2.0.0")
                        .complexity(UNION_STORE)
                        .summary(
                                "Add multiple sorted sets and store the resulting sorted set in a"
                                        + " new key")
                        .does(call -> store(call, Operation.UNION)),
                storing("zinterstore", "2.0.0")
                        .complexity(INTERSECTION)
                        .summary(
                                "Intersect multiple sorted sets and store the resulting sorted set"
                                        + " in a new key")
                        .does(call -> store(call, Operation.INTERSECTION)),
                storing("zdiffstore", "6.2.0")
                        .complexity(DIFFERENCE)
                        .summary(
                                "Subtract multiple sorted sets and store the resulting sorted set"
                                        + " in a new key")
                        .does(call -> store(call, Operation.DIFFERENCE)));
    }

    private static Command.Builder reading(String name, String since) {
        return sortedSet(name, since, -3).keys(Keys.counted(1)).flags(Flag.READONLY);
    }

    private static Command.Builder storing(String name, String since) {
        return sortedSet(name, since, -4)
                .keys(Keys.countedInto(1, 2))
                .flags(Flag.WRITE, Flag.DENYOOM)
                .access(
                        KeyAccess.of("OW", "update").at(1, 1),
                        KeyAccess.of("RO", "access").at(3, -1));
    }

    private static void answer(Call call, Operation operation) {
        CombinationRequest request = CombinationRequest.reading(call, operation);
        Key any = request.first();
        try (SortedSetDraft result = request.combination().in(any.stripe())) {
            Scores.begin(call, result.size(), request.withScores());
            result.each(call.element(), Scores.answering(call, request.withScores()));
        }
    }

    private static void size(Call call) {
        CombinationRequest request = CombinationRequest.counting(call);
        call.reply().integer(request.combination().intersectionSize(request.limit()));
    }

    private static void store(Call call, Operation operation) {
        CombinationRequest request = CombinationRequest.storing(call, operation);
        ScoredCombination combination = request.combination();
        Key to = call.write(1);
        try (SortedSetDraft result = combination.in(to.stripe())) {
            long size = result.size();
            if (size == 0) {
                Ranking.deleteResult(call, to);
                return;
            }
            boolean table = Scores.needsTable(call, size, result.longest());
            call.effects().sortedSet().combine(to, combination, result, table);
            call.notify(Notification.ZSET, call.command().name(), to);
            call.reply().integer(size);
        }
    }
}
