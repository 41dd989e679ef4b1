package dev.millrace.registry.dns;

import dev.millrace.kernel.metrics.Metrics;
import dev.millrace.registry.dns.wire.Rcode;

/**
 * What the server has done so far. Only its loop counts; whoever reads may see a number that is a
 * moment old.
 */
final class Counts {
    private static final String QUERIES = "registry.dns.queries";
    private static final String ANSWERS = "registry.dns.answers";
    private static final String LIMITED = "registry.dns.limited";

    long udp;
    long tcp;
    long malformed;
    long prepared;
    long dropped;
    long slipped;
    long flooded;
    long unsent;
    long failed;
    final long[] byRcode = new long[Rcode.BADVERS + 1];

    void declare(Metrics metrics) {
        metrics.counter(QUERIES, "DNS questions", () -> udp, "transport", "udp");
        metrics.counter(QUERIES, "DNS questions", () -> tcp, "transport", "tcp");
        rcode(metrics, Rcode.NOERROR, "noerror");
        rcode(metrics, Rcode.FORMERR, "formerr");
        rcode(metrics, Rcode.SERVFAIL, "servfail");
        rcode(metrics, Rcode.NXDOMAIN, "nxdomain");
        rcode(metrics, Rcode.NOTIMP, "notimp");
        rcode(metrics, Rcode.REFUSED, "refused");
        metrics.counter(LIMITED, "DNS answers over a rate", () -> dropped, "outcome", "dropped");
        metrics.counter(LIMITED, "DNS answers over a rate", () -> slipped, "outcome", "truncated");
        metrics.counter(LIMITED, "DNS answers over a rate", () -> flooded, "outcome", "flood");
        metrics.counter("registry.dns.malformed", "DNS messages that are none", () -> malformed);
        metrics.counter("registry.dns.prepared", "DNS answers that were ready", () -> prepared);
        metrics.counter(
                "registry.dns.unsent", "DNS answers that the socket had no room for", () -> unsent);
        metrics.counter(
                "registry.dns.failed", "DNS questions that ended in an error", () -> failed);
    }

    private void rcode(Metrics metrics, int rcode, String name) {
        metrics.counter(ANSWERS, "DNS answers", () -> byRcode[rcode], "rcode", name);
    }
}
