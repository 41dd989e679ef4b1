package dev.millrace.registry.dns.limit;

import dev.millrace.registry.dns.wire.DomainName;
import dev.millrace.registry.dns.wire.Query;

import java.util.List;

/**
 * Which names are answered by UDP while more is asked than the server should answer: those that the
 * operator has listed, with all below them. Who asks for others is told to come by TCP, where
 * nobody's address is forged and the guard counts connections.
 *
 * <p>A flood lasts from when a second has had too many questions to the end of the next second that
 * has not.
 */
public final class Flood {
    private final int rate;
    private final DomainName[] names;
    private int second;
    private int questions;
    private boolean flooded;

    /**
     * @param rate questions a second; 0: there is never a flood
     * @param names in lower case
     */
    public Flood(int rate, List<DomainName> names) {
        this.rate = rate;
        this.names = names.toArray(DomainName[]::new);
    }

    /** Whether floods are looked for. */
    public boolean isOn() {
        return rate > 0;
    }

    /**
     * Counts a question.
     *
     * @param nowSeconds since any time
     * @return whether it may be answered
     */
    public boolean admits(Query query, int nowSeconds) {
        if (nowSeconds != second) {
            flooded = questions > rate && nowSeconds - second == 1;
            second = nowSeconds;
            questions = 0;
        }
        questions++;
        return (!flooded && questions <= rate) || isListed(query);
    }

    private boolean isListed(Query query) {
        for (DomainName name : names) {
            if (query.isWithin(name)) {
                return true;
            }
        }
        return false;
    }
}
