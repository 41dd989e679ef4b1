package dev.millrace.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.millrace.registry.dns.forward.Addresses;
import dev.millrace.registry.dns.wire.BadMessage;
import dev.millrace.registry.dns.wire.DomainName;
import dev.millrace.registry.dns.wire.Encoder;
import dev.millrace.registry.dns.wire.Query;

import java.util.Arrays;

/** What a DNS client may send, and what a resolver may answer. */
class DnsFuzzTest {
    private static final int TTL_SECONDS = 5;

    @FuzzTest(maxDuration = "30s")
    void messages_are_questions_or_refused(byte[] input) {
        Query query = new Query();
        Query.Kind kind = query.read(input, input.length);
        // What lies behind the end in a buffer that is used again makes no difference.
        byte[] dirty = Arrays.copyOf(input, input.length + 64);
        Arrays.fill(dirty, input.length, dirty.length, (byte) 1);
        assertEquals(kind, new Query().read(dirty, input.length));
        if (kind == Query.Kind.QUESTION) {
            question(query);
        }
        names(input);
        Addresses addresses = Addresses.of(input, TTL_SECONDS);
        assertTrue(addresses.count() <= addresses.bytes().length);
    }

    /** What was understood, written and read again, is the same. */
    private static void question(Query query) {
        Encoder out = new Encoder(Query.HEADER_BYTES + query.questionBytes());
        out.putShort(query.id());
        out.putShort(query.flags());
        out.putShort(1);
        out.putShort(0);
        out.putInt(0);
        query.putQuestion(out);
        Query again = new Query();
        assertEquals(Query.Kind.QUESTION, again.read(out.array(), out.length()));
        assertEquals(query.hash(), again.hash());
        assertEquals(query.askedName(), again.askedName());
        assertEquals(query.labels(), again.labels());
        assertEquals(query.labels(0, query.labels()), again.labels(0, again.labels()));
        assertTrue(query.isWithin(root()));
    }

    private static DomainName root() {
        return DomainName.of(".").orElseThrow();
    }

    private static void names(byte[] input) {
        for (int start = 0; start < Math.min(input.length, 64); start++) {
            try {
                DomainName name = DomainName.read(input, input.length, start);
                assertEquals(name, DomainName.read(name.wire(), name.length(), 0));
                assertTrue(name.isWithin(root()));
                assertTrue(DomainName.skip(input, input.length, start) <= input.length);
            } catch (BadMessage refused) {
                assertTrue(!String.valueOf(refused.getMessage()).isEmpty());
            }
        }
    }
}
