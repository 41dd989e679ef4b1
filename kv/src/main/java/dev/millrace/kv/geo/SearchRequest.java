package dev.millrace.kv.geo;

import dev.millrace.kv.collection.SortedSetValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.sortedset.Scores;
import dev.millrace.kv.store.Item;

/**
 * What a search asks for. Reads the arguments in the order in which Redis does, for of several that
 * are wrong the first is told. Without a sorted set some of them are not looked at.
 */
final class SearchRequest {
    /** Whose arguments they are. */
    enum Form {
        /** GEORADIUS: {@code key longitude latitude radius unit}. */
        AROUND_PLACE,
        /** GEORADIUSBYMEMBER: {@code key member radius unit}. */
        AROUND_MEMBER,
        /** GEOSEARCH: {@code key}, and all else are options. */
        SEARCH,
        /** GEOSEARCHSTORE: {@code destination key}. */
        SEARCH_STORE
    }

    private final Call call;
    private final Form form;
    private final boolean mayStore;
    private final Key key;

    private Coordinates centre = new Coordinates(0, 0);
    private Shape shape = new Shape.Circle(0);
    private Unit unit = Unit.M;
    private boolean hasMember;
    private boolean hasPlace;
    private boolean hasRadius;
    private boolean hasBox;
    private Search.Order order = Search.Order.NONE;
    private long most;
    private boolean any;
    private boolean withDistance;
    private boolean withHash;
    private boolean withPlace;
    private int destination;
    private boolean storesDistance;

    private SearchRequest(Call call, Form form, boolean mayStore) {
        this.call = call;
        this.form = form;
        this.mayStore = mayStore;
        this.destination = form == Form.SEARCH_STORE ? 1 : 0;
        this.key = call.readOther(form == Form.SEARCH_STORE ? 2 : 1).require(Item.TYPE_SORTED_SET);
    }

    /** Reads all; {@code mayStore}: GEORADIUS and its kin know STORE. */
    static SearchRequest read(Call call, Form form, boolean mayStore) {
        SearchRequest request = new SearchRequest(call, form, mayStore);
        int i = request.readFixed();
        while (i < call.count()) {
            i += request.readOption(i);
        }
        request.check();
        return request;
    }

    private boolean isSearch() {
        return form == Form.SEARCH || form == Form.SEARCH_STORE;
    }

    /** Reads what has its place; returns where options begin. */
    private int readFixed() {
        return switch (form) {
            case AROUND_PLACE -> {
                centre = Coordinates.of(call, 2);
                readCircle(4);
                yield 6;
            }
            case AROUND_MEMBER -> {
                if (key.exists()) {
                    centre = member(2);
                    readCircle(3);
                }
                yield 5;
            }
            case SEARCH -> 2;
            case SEARCH_STORE -> 3;
        };
    }

    private Coordinates member(int index) {
        double score = SortedSetValue.score(key, call.address(index), call.length(index));
        if (Double.isNaN(score)) {
            throw new Refusal("ERR could not decode requested zset member");
        }
        return Coordinates.ofScore(score);
    }

    private void readCircle(int index) {
        double radius = Scores.of(call, index, "ERR need numeric radius");
        if (radius < 0) {
            throw new Refusal("ERR radius cannot be negative");
        }
        unit = Unit.of(call, index + 1);
        shape = new Shape.Circle(radius * unit.metres());
    }

    private void readBox(int index) {
        double width = Scores.of(call, index, "ERR need numeric width");
        double height = Scores.of(call, index + 1, "ERR need numeric height");
        if (width < 0 || height < 0) {
            throw new Refusal("ERR height or width cannot be negative");
        }
        unit = Unit.of(call, index + 2);
        shape = new Shape.Box(width, height, unit.metres());
    }

    /** Reads an option; returns how many arguments it has. */
    private int readOption(int i) {
        int behind = call.count() - i - 1;
        if (call.is(i, "WITHDIST")) {
            withDistance = true;
        } else if (call.is(i, "WITHHASH")) {
            withHash = true;
        } else if (call.is(i, "WITHCOORD")) {
            withPlace = true;
        } else if (call.is(i, "ANY")) {
            any = true;
        } else if (call.is(i, "ASC")) {
            order = Search.Order.NEAREST;
        } else if (call.is(i, "DESC")) {
            order = Search.Order.FARTHEST;
        } else if (call.is(i, "COUNT") && behind >= 1) {
            most = call.integer(i + 1);
            if (most <= 0) {
                throw new Refusal("ERR COUNT must be > 0");
            }
            return 2;
        } else if (form == Form.SEARCH_STORE && call.is(i, "STOREDIST")) {
            storesDistance = true;
        } else {
            return isSearch() ? readSearched(i, behind) : readStored(i, behind);
        }
        return 1;
    }

    private int readStored(int i, int behind) {
        boolean distance = call.is(i, "STOREDIST");
        if (!mayStore || behind < 1 || !distance && !call.is(i, "STORE")) {
            throw Refusal.SYNTAX;
        }
        destination = i + 1;
        storesDistance = distance;
        return 2;
    }

    private int readSearched(int i, int behind) {
        if (!hasPlace && behind >= 1 && call.is(i, "FROMMEMBER")) {
            if (key.exists()) {
                centre = member(i + 1);
            }
            hasMember = true;
            return 2;
        }
        if (!hasMember && behind >= 2 && call.is(i, "FROMLONLAT")) {
            centre = Coordinates.of(call, i + 1);
            hasPlace = true;
            return 3;
        }
        if (!hasBox && behind >= 2 && call.is(i, "BYRADIUS")) {
            readCircle(i + 1);
            hasRadius = true;
            return 3;
        }
        if (!hasRadius && behind >= 3 && call.is(i, "BYBOX")) {
            readBox(i + 1);
            hasBox = true;
            return 4;
        }
        throw Refusal.SYNTAX;
    }

    private void check() {
        if (destination != 0 && (withDistance || withHash || withPlace)) {
            throw new Refusal(
                    "ERR "
                            + (isSearch() ? "GEOSEARCHSTORE" : "STORE option in GEORADIUS")
                            + " is not compatible with WITHDIST, WITHHASH and WITHCOORD options");
        }
        if (isSearch() && !hasMember && !hasPlace) {
            throw new Refusal(
                    "ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for "
                            + call.shown(0));
        }
        if (isSearch() && !hasRadius && !hasBox) {
            throw new Refusal(
                    "ERR exactly one of BYRADIUS and BYBOX can be specified for " + call.shown(0));
        }
        if (any && most == 0) {
            throw new Refusal("ERR the ANY argument requires COUNT argument");
        }
    }

    // ---- What was read

    /** Where places are looked for. */
    Key key() {
        return key;
    }

    Coordinates centre() {
        return centre;
    }

    Shape shape() {
        return shape;
    }

    Unit unit() {
        return unit;
    }

    /** A number of places without an order means the nearest ones. */
    Search.Order order() {
        boolean isImplied = most != 0 && order == Search.Order.NONE && !any;
        return isImplied ? Search.Order.NEAREST : order;
    }

    /** 0: all. */
    long most() {
        return most;
    }

    boolean any() {
        return any;
    }

    boolean withDistance() {
        return withDistance;
    }

    boolean withHash() {
        return withHash;
    }

    boolean withPlace() {
        return withPlace;
    }

    /** The index of the key where the result is to be; 0 if it is to be answered. */
    int destination() {
        return destination;
    }

    boolean storesDistance() {
        return storesDistance;
    }
}
