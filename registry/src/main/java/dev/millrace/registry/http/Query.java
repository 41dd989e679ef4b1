package dev.millrace.registry.http;

import dev.millrace.registry.acl.Rights;
import dev.millrace.registry.state.State;

/**
 * A request, and what it is asked of.
 *
 * @param state of a read: what is to be seen; of a write: what is to be changed
 * @param rights of who asks
 */
public record Query(Request request, State state, Rights rights) {}
