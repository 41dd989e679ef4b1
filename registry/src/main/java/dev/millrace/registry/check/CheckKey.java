package dev.millrace.registry.check;

/**
 * Which check.
 *
 * @param node the name of the node that it belongs to
 * @param id unique on that node
 */
public record CheckKey(String node, String id) {}
