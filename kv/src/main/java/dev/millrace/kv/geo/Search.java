package dev.millrace.kv.geo;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.collection.SortedSetValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.packed.Element;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Finds the members of a sorted set that are in a shape. Their names are in the call's scratch. */
final class Search {
    /** Of a hit on the heap. */
    private static final int HIT_BYTES = 64;

    /** In which order hits are answered. */
    enum Order {
        NONE,
        NEAREST,
        FARTHEST
    }

    /**
     * A member that is in the shape.
     *
     * @param name where its name begins in the scratch buffer
     * @param distance from the centre, m
     */
    record Hit(long name, int length, double score, double distance) {}

    private final Call call;
    private final Key key;
    private final double longitude;
    private final double latitude;
    private final Shape shape;
    private final NativeBuffer names;
    private final List<Hit> hits = new ArrayList<>();

    Search(Call call, Key key, double longitude, double latitude, Shape shape) {
        this.call = call;
        this.key = key;
        this.longitude = longitude;
        this.latitude = latitude;
        this.shape = shape;
        this.names = call.scratch();
    }

    /**
     * What is found, in order.
     *
     * @param most so many at most; 0 for all
     * @param any the first that are found will do
     */
    List<Hit> hits(Order order, long most, boolean any) {
        for (GeoHash cell : Area.cells(longitude, latitude, shape)) {
            if (any && hits.size() >= most) {
                break;
            }
            look(cell, any ? most : Long.MAX_VALUE);
        }
        switch (order) {
            case NONE -> {}
            case NEAREST -> hits.sort(Comparator.comparingDouble(Hit::distance));
            case FARTHEST -> hits.sort(Comparator.comparingDouble(Hit::distance).reversed());
        }
        return most > 0 && most < hits.size() ? hits.subList(0, (int) most) : hits;
    }

    private void look(GeoHash cell, long most) {
        double end = cell.scoreEnd();
        double begin = cell.score();
        Element element = call.element();
        long first = SortedSetValue.countBelow(key, element, (member, score) -> score < begin);
        SortedSetValue.each(
                key,
                first,
                Long.MAX_VALUE,
                false,
                element,
                (member, score) -> {
                    if (score >= end) {
                        return false;
                    }
                    test(member, score);
                    return hits.size() < most;
                });
    }

    private void test(Element member, double score) {
        GeoHash place = GeoHash.ofScore(score);
        double distance = shape.distance(longitude, latitude, place.longitude(), place.latitude());
        if (!Double.isNaN(distance)) {
            call.takeHeap(HIT_BYTES);
            hits.add(new Hit(names.length(), member.length(), score, distance));
            names.put(member.address(), member.length());
        }
    }

    /** Where a hit's name is. */
    long name(Hit hit) {
        return names.address() + hit.name();
    }
}
