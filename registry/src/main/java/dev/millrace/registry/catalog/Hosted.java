package dev.millrace.registry.catalog;

import org.pcollections.TreePMap;

/**
 * An instance and what is checked of it.
 *
 * @param checks by their ids
 */
public record Hosted(Instance instance, TreePMap<String, Check> checks) {
    Hosted with(Instance changed) {
        return new Hosted(changed, checks);
    }

    Hosted with(Check check) {
        return new Hosted(instance, checks.plus(check.id(), check));
    }

    Hosted without(String check) {
        return new Hosted(instance, checks.minus(check));
    }
}
