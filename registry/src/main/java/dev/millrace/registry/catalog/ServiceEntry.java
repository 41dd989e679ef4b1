package dev.millrace.registry.catalog;

import org.pcollections.TreePSet;

/**
 * A service: all instances of one name.
 *
 * @param name as the first of them wrote it
 * @param instances where they are, in the order of nodes and ids
 * @param index of the last change that is seen in the answers about this service
 */
public record ServiceEntry(String name, TreePSet<InstanceKey> instances, long index) {}
