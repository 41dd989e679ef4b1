package dev.millrace.registry.state;

import org.pcollections.TreePMap;

/**
 * When things ceased to exist, so that who waits for one hears of its end, and of nothing else. So
 * many are remembered; if there are more, all are taken for as new as the newest.
 *
 * @param indices of the ends, by the names in the form that is compared
 * @param floor of those that are not listed
 */
public record Ends(TreePMap<String, Long> indices, long floor) {
    /** So many names are remembered. */
    public static final int NAMES_MAX = 65_536;

    public static final Ends NONE = new Ends(TreePMap.empty(), 0);

    /** The index of one's end, or the least that it can have been; 0: nothing has ever ended. */
    public long index(String name) {
        Long at = indices.get(name);
        return at == null ? floor : at;
    }

    public Ends with(String name, long index) {
        return indices.size() < NAMES_MAX
                ? new Ends(indices.plus(name, index), floor)
                : new Ends(TreePMap.empty(), index);
    }

    /** One is there again. */
    public Ends without(String name) {
        return new Ends(indices.minus(name), floor);
    }
}
