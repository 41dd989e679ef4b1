package dev.millrace.registry.agent;

/**
 * This node, as the registry knows it.
 *
 * @param node its name
 * @param id a UUID, for good
 * @param datacenter its name
 * @param domain of the DNS names
 * @param address where others reach it
 * @param version of Millrace
 */
public record Agent(
        String node, String id, String datacenter, String domain, String address, String version) {}
