package dev.millrace.registry.check;

import dev.millrace.registry.catalog.Status;

import java.util.List;
import java.util.function.Consumer;

/** Follows the checks of others for alias checks. */
@FunctionalInterface
public interface Aliases {
    /** An end to following. Ending twice is quiet. */
    @FunctionalInterface
    interface Following {
        /** Nothing. */
        Following NOBODY = () -> {};

        void end();
    }

    /**
     * One check of a node or of a service on it.
     *
     * @param name for people
     */
    record Followed(CheckKey key, String name, Status status, String output) {}

    /**
     * How the target stands.
     *
     * @param found whether the node, and the service if one is meant, is there
     * @param checks those of the service and those of its node; of the node alone, if no service is
     *     meant
     */
    record View(boolean found, List<Followed> checks) {
        public View {
            checks = List.copyOf(checks);
        }
    }

    /**
     * Tells at once how the target stands, and again whenever that has changed, on the runner's
     * thread.
     *
     * @param target with the name of a node
     */
    Following follow(CheckKind.Alias target, Consumer<View> changed);
}
