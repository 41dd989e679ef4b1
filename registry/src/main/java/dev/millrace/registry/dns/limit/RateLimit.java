package dev.millrace.registry.dns.limit;

import dev.millrace.registry.dns.wire.Query;
import dev.millrace.registry.dns.wire.Rcode;

import java.net.InetAddress;

/**
 * How often one network is given the same answer by UDP, as BIND limits it (P. Vixie, V. Schryver,
 * "DNS Response Rate Limiting", 2012): the address of a question can be forged, and answers are
 * longer than questions, so a server that answers everything can be turned against anybody.
 *
 * <p>An account is a network (/24 of IPv4, /56 of IPv6) with what it is given: a name and type, or,
 * of all names that are not there and of all errors, how it went. It is paid {@code rate} a second
 * and never has more than that; an answer costs one. It may be in debt by as much as the window
 * pays, and while it is, nothing is answered but every {@code slip}-th time that the client shall
 * come by TCP: whoever has forged the address cannot, and whoever has not gets its answer so.
 *
 * <p>Accounts stand in a fixed table, four places for each; a newcomer takes the one that was used
 * longest ago, so a flood of forged networks costs no memory.
 */
public final class RateLimit {
    /** What becomes of an answer. */
    public enum Verdict {
        /** It is sent. */
        ANSWER,
        /** The client is asked to come by TCP. */
        TRUNCATE,
        /** Nothing is sent. */
        DROP
    }

    private static final int SETS = 1 << 14;
    private static final int WAYS = 4;
    private static final int IPV4_PREFIX_BYTES = 3;
    private static final int IPV6_PREFIX_BYTES = 7;
    private static final long MIX = 0x9E37_79B9_7F4A_7C15L;

    private final int rate;
    private final int debtMax;
    private final int slip;
    private final long seed;
    private final long[] accounts;
    private final int[] balances;
    private final int[] seconds;
    private final byte[] slips;

    /**
     * @param rate answers a second; 0: any number
     * @param windowSeconds how long a debt lasts at most
     * @param slip of the answers that are not sent, one in so many says to come by TCP; 0: none
     * @param seed which accounts share places
     */
    public RateLimit(int rate, int windowSeconds, int slip, long seed) {
        this.rate = rate;
        this.debtMax = (int) Math.min(Integer.MAX_VALUE, (long) rate * windowSeconds);
        this.slip = slip;
        this.seed = seed;
        int places = rate == 0 ? 0 : SETS * WAYS;
        this.accounts = new long[places];
        this.balances = new int[places];
        this.seconds = new int[places];
        this.slips = new byte[places];
    }

    /** Whether there is a limit at all. */
    public boolean isOn() {
        return rate > 0;
    }

    /**
     * Takes one answer off its account.
     *
     * @param nowSeconds since any time
     */
    public Verdict judge(InetAddress client, Query query, int rcode, int nowSeconds) {
        long account = account(client, query, rcode);
        int place = place(account, nowSeconds);
        int balance = balances[place] - 1;
        balances[place] = Math.max(balance, -debtMax);
        if (balance >= 0) {
            return Verdict.ANSWER;
        }
        slips[place]++;
        if (slip == 0 || slips[place] < slip) {
            return Verdict.DROP;
        }
        slips[place] = 0;
        return Verdict.TRUNCATE;
    }

    private long account(InetAddress client, Query query, int rcode) {
        byte[] address = client.getAddress();
        int prefix = address.length == 4 ? IPV4_PREFIX_BYTES : IPV6_PREFIX_BYTES;
        long mixed = seed ^ address.length;
        for (int i = 0; i < prefix; i++) {
            mixed = (mixed ^ address[i]) * MIX;
        }
        long given = rcode == Rcode.NOERROR ? query.hash() : ~(long) rcode;
        mixed = (Long.rotateLeft(mixed, 31) ^ given) * MIX;
        return mixed ^ mixed >>> 29;
    }

    /** The place of an account, with what it has been paid since. */
    private int place(long account, int now) {
        int first = (int) (account & (SETS - 1)) * WAYS;
        int oldest = first;
        for (int i = first; i < first + WAYS; i++) {
            if (accounts[i] == account) {
                pay(i, now);
                return i;
            }
            if (seconds[i] - seconds[oldest] < 0) {
                oldest = i;
            }
        }
        accounts[oldest] = account;
        balances[oldest] = rate;
        seconds[oldest] = now;
        slips[oldest] = 0;
        return oldest;
    }

    private void pay(int place, int now) {
        long passed = Math.max(0, now - seconds[place]);
        balances[place] = (int) Math.min(rate, balances[place] + passed * rate);
        seconds[place] = now;
    }
}
