package dev.millrace.kernel.discovery;

import java.util.List;
import java.util.Map;

/**
 * One instance of a service.
 *
 * @param id unique on its node
 * @param host a name or an address, never empty: the service's own, else its node's
 * @param port 0: it has none
 * @param weight how much of the traffic it wants beside the others, 1 to 65535
 */
public record Instance(
        String node,
        String id,
        String host,
        int port,
        int weight,
        List<String> tags,
        Map<String, String> meta) {
    public Instance {
        tags = List.copyOf(tags);
        meta = Map.copyOf(meta);
    }
}
