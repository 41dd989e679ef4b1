package dev.millrace.registry.check;

import dev.millrace.registry.catalog.Status;

/**
 * How a check stands.
 *
 * @param output for people: what was last heard
 */
public record Standing(Status status, String output) {}
