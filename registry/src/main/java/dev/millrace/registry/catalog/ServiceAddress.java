package dev.millrace.registry.catalog;

/**
 * Where a service is reached, for one kind of client.
 *
 * @param address of a host, or its name
 * @param port 0: none
 */
public record ServiceAddress(String address, int port) {}
