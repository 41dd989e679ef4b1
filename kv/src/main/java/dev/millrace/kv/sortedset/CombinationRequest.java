package dev.millrace.kv.sortedset;

import dev.millrace.kv.collection.ScoredCombination;
import dev.millrace.kv.collection.ScoredCombination.Aggregate;
import dev.millrace.kv.collection.ScoredCombination.Operation;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.store.Item;

import java.util.Arrays;

/**
 * What is to be combined: {@code numkeys key [key ...] [WEIGHTS weight ...] [AGGREGATE SUM|MIN|MAX]
 * [WITHSCORES]}, in as far as a command has these options, or {@code [LIMIT limit]}.
 */
final class CombinationRequest {
    /** Of a source on the heap. */
    private static final int SOURCE_BYTES = 160;

    /** Whose options they are. */
    private enum Form {
        READING,
        STORING,
        COUNTING
    }

    private final Call call;
    private final Operation operation;
    private final Form form;
    private final Key[] sources;
    private final double[] weights;
    private Aggregate aggregate = Aggregate.SUM;
    private boolean withScores;
    private long limit;

    private CombinationRequest(Call call, Operation operation, Form form, int numkeys) {
        this.call = call;
        this.operation = operation;
        this.form = form;
        int count = sourceCount(call, numkeys);
        call.takeHeap((long) count * SOURCE_BYTES);
        this.sources = new Key[count];
        this.weights = new double[count];
        Arrays.fill(weights, 1);
        for (int i = 0; i < count; i++) {
            sources[i] = source(call, numkeys + 1 + i);
        }
        for (int i = numkeys + 1 + count; i < call.count(); ) {
            i += option(i);
        }
    }

    static CombinationRequest reading(Call call, Operation operation) {
        return new CombinationRequest(call, operation, Form.READING, 1);
    }

    static CombinationRequest storing(Call call, Operation operation) {
        return new CombinationRequest(call, operation, Form.STORING, 2);
    }

    /** ZINTERCARD's. */
    static CombinationRequest counting(Call call) {
        return new CombinationRequest(call, Operation.INTERSECTION, Form.COUNTING, 1);
    }

    private static int sourceCount(Call call, int numkeys) {
        long count = call.integer(numkeys);
        if (count < 1) {
            throw new Refusal(
                    "ERR at least 1 input key is needed for '"
                            + call.command().name()
                            + "' command");
        }
        if (count > call.count() - (numkeys + 1)) {
            throw Refusal.SYNTAX;
        }
        return (int) count;
    }

    private static Key source(Call call, int index) {
        Key key = call.readInto(new Key(call.stripes().stripe(0)), index);
        boolean isSource =
                !key.exists()
                        || Item.type(key.item()) == Item.TYPE_SORTED_SET
                        || Item.type(key.item()) == Item.TYPE_SET;
        if (!isSource) {
            throw Refusal.WRONG_TYPE;
        }
        return key;
    }

    /** Reads the option at an index; returns how many arguments it has. */
    private int option(int i) {
        boolean isWeighted = operation != Operation.DIFFERENCE && form != Form.COUNTING;
        int left = call.count() - i;
        if (isWeighted && left > sources.length && call.is(i, "WEIGHTS")) {
            for (int source = 0; source < sources.length; source++) {
                weights[source] =
                        Scores.of(call, i + 1 + source, "ERR weight value is not a float");
            }
            return 1 + sources.length;
        }
        if (isWeighted && left >= 2 && call.is(i, "AGGREGATE")) {
            aggregate = aggregate(i + 1);
            return 2;
        }
        if (form == Form.READING && call.is(i, "WITHSCORES")) {
            withScores = true;
            return 1;
        }
        if (form == Form.COUNTING && left >= 2 && call.is(i, "LIMIT")) {
            limit =
                    call.integer(
                            i + 1, 0, Long.MAX_VALUE, new Refusal("ERR LIMIT can't be negative"));
            return 2;
        }
        throw Refusal.SYNTAX;
    }

    private Aggregate aggregate(int index) {
        for (Aggregate known : Aggregate.values()) {
            if (call.is(index, known.name())) {
                return known;
            }
        }
        throw Refusal.SYNTAX;
    }

    ScoredCombination combination() {
        return new ScoredCombination(operation, aggregate, sources, weights);
    }

    /** One of the sources, whose stripe is locked. */
    Key first() {
        return sources[0];
    }

    boolean withScores() {
        return withScores;
    }

    /** 0: none. */
    long limit() {
        return limit;
    }
}
