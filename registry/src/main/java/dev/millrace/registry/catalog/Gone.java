package dev.millrace.registry.catalog;

import org.pcollections.TreePMap;

/**
 * When services ceased to exist, so that who waits for one hears of its end, and of nothing else.
 * So many are remembered; if there are more, all are taken for as new as the newest.
 *
 * @param indices of the ends, by the names in lower case
 * @param floor of those that are not listed
 */
public record Gone(TreePMap<String, Long> indices, long floor) {
    static final int NAMES_MAX = 65_536;
    static final Gone NONE = new Gone(TreePMap.empty(), 0);

    long index(String name) {
        Long at = indices.get(name);
        return at == null ? floor : at;
    }

    Gone with(String name, long index) {
        return indices.size() < NAMES_MAX
                ? new Gone(indices.plus(name, index), floor)
                : new Gone(TreePMap.empty(), index);
    }

    Gone without(String name) {
        return new Gone(indices.minus(name), floor);
    }
}
