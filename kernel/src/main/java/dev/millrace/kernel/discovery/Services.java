package dev.millrace.kernel.discovery;

import java.util.List;
import java.util.function.Consumer;

/** The lookup of services by name. From any thread; nothing here waits. */
public interface Services {
    /** An end to being told. Ending twice is quiet. */
    @FunctionalInterface
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * The instances that may be sent requests now: none of whose checks, and none of whose node's,
     * is critical. In the order of their nodes and ids.
     */
    List<Instance> healthy(String service);

    /**
     * Tells of the healthy instances at once, and whenever they have changed, the latest state
     * last; states in between may be left out. The listener is called on one thread at a time and
     * may not block.
     */
    Watch watch(String service, Consumer<List<Instance>> listener);
}
