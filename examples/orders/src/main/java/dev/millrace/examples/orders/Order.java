package dev.millrace.examples.orders;

/**
 * What is known of an order.
 *
 * @param id as its stream is named
 */
public record Order(String id, String item, int amount, boolean shipped) {
    @Override
    public String toString() {
        return "%s %s %d %s".formatted(id, item, amount, shipped ? "shipped" : "placed");
    }
}
