package dev.millrace.kernel.admin;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One question or order.
 *
 * @param path without the query
 * @param query decoded parameters, each with the values it was given
 * @param body at most {@link AdminRoom#BODY_BYTES_MAX} bytes, decoded as UTF-8
 */
public record AdminRequest(String path, Map<String, List<String>> query, String body) {
    /** The first value of a parameter. */
    public Optional<String> parameter(String name) {
        return query.getOrDefault(name, List.of()).stream().findFirst();
    }
}
