package dev.millrace.registry.event;

import dev.millrace.registry.keys.Value;

/**
 * What somebody has fired.
 *
 * @param id a UUID as text
 * @param nodeFilter an expression of the names of nodes that it is for; empty: all
 * @param serviceFilter the same of names of services, one of which a node must have
 * @param tagFilter the same of tags that such a service must have
 * @param time one more than that of the event before
 * @param index the registry's when it was fired
 */
public record UserEvent(
        String id,
        String name,
        Value payload,
        String nodeFilter,
        String serviceFilter,
        String tagFilter,
        long time,
        long index) {
    /** The same as it was fired. */
    UserEvent at(long order, long fired) {
        return new UserEvent(id, name, payload, nodeFilter, serviceFilter, tagFilter, order, fired);
    }
}
