package dev.millrace.queue.amqp.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Draws field tables. */
final class RandomFields {
    private RandomFields() {}

    static Table table(RandomGenerator random, int depth) {
        Table table = Table.EMPTY;
        for (int i = random.nextInt(5); i > 0; i--) {
            table = table.with("f" + random.nextInt(20), value(random, depth));
        }
        return table;
    }

    static FieldValue value(RandomGenerator random, int depth) {
        return switch (random.nextInt(depth == 0 ? 15 : 17)) {
            case 0 -> new FieldValue.Text(latin(random));
            case 1 -> new FieldValue.Bytes(latin(random));
            case 2 -> new FieldValue.Truth(random.nextBoolean());
            case 3 -> new FieldValue.Whole('b', (byte) random.nextInt());
            case 4 -> new FieldValue.Whole('B', random.nextInt(256));
            case 5 -> new FieldValue.Whole('s', (short) random.nextInt());
            case 6 -> new FieldValue.Whole('u', random.nextInt(1 << 16));
            case 7 -> new FieldValue.Whole('I', random.nextInt());
            case 8 -> new FieldValue.Whole('i', random.nextLong(1L << 32));
            case 9 -> new FieldValue.Whole('l', random.nextLong());
            case 10 -> new FieldValue.Timestamp(random.nextLong());
            case 11 -> new FieldValue.Real('f', (float) random.nextGaussian());
            case 12 -> new FieldValue.Real('d', random.nextGaussian());
            case 13 -> new FieldValue.Decimal(random.nextInt(256), random.nextLong(1L << 32));
            case 14 -> new FieldValue.Nothing();
            case 15 -> new FieldValue.Nested(table(random, depth - 1));
            default -> array(random, depth - 1);
        };
    }

    private static FieldValue array(RandomGenerator random, int depth) {
        List<FieldValue> values = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            values.add(value(random, depth));
        }
        return new FieldValue.Array(values);
    }

    private static String latin(RandomGenerator random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            text.append((char) random.nextInt(256));
        }
        return text.toString();
    }
}
