package dev.millrace.kv.eviction;

/** {@code maxmemory-policy}: which keys may go, and which of them go first. */
enum Policy {
    NOEVICTION(false, Order.NONE),
    ALLKEYS_LRU(false, Order.IDLE),
    VOLATILE_LRU(true, Order.IDLE),
    ALLKEYS_LFU(false, Order.RARE),
    VOLATILE_LFU(true, Order.RARE),
    ALLKEYS_RANDOM(false, Order.RANDOM),
    VOLATILE_RANDOM(true, Order.RANDOM),
    VOLATILE_TTL(true, Order.SOON);

    /** What makes a key go before others. */
    enum Order {
        NONE,
        /** It was not used for long. */
        IDLE,
        /** It was not used often. */
        RARE,
        /** It expires soon. */
        SOON,
        RANDOM
    }

    private final boolean onlyExpiring;
    private final Order order;

    Policy(boolean onlyExpiring, Order order) {
        this.onlyExpiring = onlyExpiring;
        this.order = order;
    }

    boolean onlyExpiring() {
        return onlyExpiring;
    }

    Order order() {
        return order;
    }

    /** By its name in Redis. */
    static Policy named(String name) {
        for (Policy policy : values()) {
            if (policy.name().replace('_', '-').equalsIgnoreCase(name)) {
                return policy;
            }
        }
        throw new AssertionError("maxmemory-policy " + name);
    }
}
