package dev.millrace.it.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.Product;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** {@code dig} and dnsjava ask the product for what was registered over HTTP. */
@Timeout(120)
class DnsClientsTest {
    private static final int MANY = 60;

    @TempDir static Path data;
    private static Product product;

    @BeforeAll
    static void start() throws Exception {
        product =
                Product.up(
                        data, "--only", "registry", "--set", "registry.dns.enable-truncate=true");
        for (int i = 0; i < MANY; i++) {
            register(
                    "{'Node':'m%d','Address':'10.9.0.%d','Service':{'Service':'many','Port':80}}"
                            .formatted(i, i));
        }
        register(
                "{'Node':'foo','Address':'10.1.10.12','NodeMeta':{'rack':'r1'},'Service':{'Service':"
                        + "'db','Tags':['primary'],'Port':5432,'Weights':{'Passing':7,'Warning':1}}}");
        register("{'Node':'bar','Address':'2001:db8::5','Service':{'Service':'db','Port':5433}}");
        register(
                "{'Node':'baz','Address':'10.1.10.13','Service':{'Service':'db','Port':5434},"
                        + "'Check':{'CheckID':'c','Name':'c','Status':'critical','ServiceID':'db'}}");
        register(
                "{'Node':'ext','Address':'www.example.com','Service':{'Service':'ext','Port':443}}");
    }

    @AfterAll
    static void stop() throws IOException {
        product.close();
    }

    private static void register(String body) throws Exception {
        URI uri =
                URI.create(
                        "http://127.0.0.1:"
                                + product.port("registry.http.port")
                                + "/v1/catalog/register");
        try (HttpClient client = HttpClient.newHttpClient()) {
            int status =
                    client.send(
                                    HttpRequest.newBuilder(uri)
                                            .PUT(
                                                    HttpRequest.BodyPublishers.ofString(
                                                            body.replace('\'', '"')))
                                            .build(),
                                    BodyHandlers.discarding())
                            .statusCode();
            assertEquals(200, status, body);
        }
    }

    private static String dig(String... words) throws Exception {
        List<String> all =
                new ArrayList<>(
                        List.of("dig", "@127.0.0.1", "-p", "" + product.port("registry.dns.port")));
        all.addAll(List.of(words));
        Process dig = new ProcessBuilder(all).redirectErrorStream(true).start();
        dig.getOutputStream().close();
        String out = new String(dig.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, dig.waitFor(), out);
        return out;
    }

    private static Set<String> brief(String... words) throws Exception {
        List<String> all = new ArrayList<>(List.of("+short"));
        all.addAll(List.of(words));
        return new TreeSet<>(dig(all.toArray(String[]::new)).lines().toList());
    }

    private static Message ask(boolean tcp, String name, int type) throws Exception {
        SimpleResolver resolver = new SimpleResolver("127.0.0.1");
        resolver.setPort(product.port("registry.dns.port"));
        resolver.setTCP(tcp);
        resolver.setTimeout(Duration.ofSeconds(20));
        return resolver.send(
                Message.newQuery(Record.newRecord(Name.fromString(name), type, DClass.IN)));
    }

    @Test
    void dig_finds_the_healthy_instances_of_a_service() throws Exception {
        assertEquals(Set.of("10.1.10.12"), brief("db.service.consul", "A"));
        assertEquals(Set.of("2001:db8::5"), brief("db.service.consul", "AAAA"));
        assertEquals(
                Set.of("1 7 5432 foo.node.dc1.consul.", "1 1 5433 bar.node.dc1.consul."),
                brief("_db._tcp.service.consul", "SRV"));
        assertEquals(
                Set.of("1 7 5432 foo.node.dc1.consul."),
                brief("+tcp", "primary.db.service.dc1.consul", "SRV"));
        assertEquals(Set.of("www.example.com."), brief("ext.service.consul", "A"));
    }

    @Test
    void dig_finds_nodes_and_their_names_by_address() throws Exception {
        assertEquals(Set.of("10.1.10.12"), brief("foo.node.consul"));
        assertEquals(Set.of("\"rack=r1\""), brief("foo.node.consul", "TXT"));
        assertEquals(Set.of("foo.node.dc1.consul."), brief("-x", "10.1.10.12"));
        assertEquals(Set.of("bar.node.dc1.consul."), brief("-x", "2001:db8::5"));
        assertEquals(Set.of("10.1.10.12"), brief("0a010a0c.addr.dc1.consul"));
    }

    @Test
    void dig_is_told_what_is_not_there() throws Exception {
        String unknown = dig("nobody.service.consul");
        assertTrue(unknown.contains("status: NXDOMAIN"), unknown);
        assertTrue(unknown.contains("SOA\tns.consul. hostmaster.consul."), unknown);
        assertTrue(dig("www.example.com").contains("status: REFUSED"));
        assertTrue(dig("+edns=1", "+noednsneg", "db.service.consul").contains("BADVERS"));
        assertTrue(dig("+opcode=status", "db.service.consul").contains("status: NOTIMP"));
        assertTrue(dig("+nocookie", "+noedns", "db.service.consul").contains("ANSWER: 1"));
    }

    @Test
    void dig_comes_back_over_tcp_for_what_was_cut() throws Exception {
        String plain = dig("+noedns", "+ignore", "many.service.consul");
        assertTrue(plain.contains(" tc "), plain);
        assertTrue(plain.contains("ANSWER: 3,"), plain);
        String whole = dig("+noedns", "many.service.consul");
        assertTrue(whole.contains("ANSWER: 60,"), whole);
        String kept = dig("+tcp", "+keepopen", "many.service.consul", "foo.node.consul");
        assertTrue(kept.contains("ANSWER: 60,") && kept.contains("10.1.10.12"), kept);
    }

    @Test
    void dnsjava_reads_every_kind_of_record() throws Exception {
        for (boolean tcp : new boolean[] {false, true}) {
            Message places = ask(tcp, "db.service.consul.", Type.SRV);
            assertEquals(Rcode.NOERROR, places.getRcode());
            assertTrue(places.getHeader().getFlag(Flags.AA));
            Set<Integer> ports = new TreeSet<>();
            for (Record record : places.getSection(Section.ANSWER)) {
                ports.add(((SRVRecord) record).getPort());
            }
            assertEquals(Set.of(5_432, 5_433), ports);
            assertEquals(4, places.getSection(Section.ADDITIONAL).size());
            assertTrue(
                    ask(tcp, "db.service.consul.", Type.A).getSection(Section.ANSWER).getFirst()
                            instanceof ARecord);
            assertTrue(
                    ask(tcp, "db.service.consul.", Type.AAAA).getSection(Section.ANSWER).getFirst()
                            instanceof AAAARecord);
            Message pointer = ask(tcp, ReverseMap.fromAddress("10.1.10.12").toString(), Type.PTR);
            assertEquals(
                    "foo.node.dc1.consul.",
                    pointer.getSection(Section.ANSWER).getFirst().rdataToString());
            assertEquals(Rcode.NXDOMAIN, ask(tcp, "nobody.service.consul.", Type.A).getRcode());
        }
    }

    @Test
    void dnsjava_spreads_over_all_instances() throws Exception {
        Set<String> first = new TreeSet<>();
        for (int i = 0; i < 100; i++) {
            List<Record> answer =
                    ask(true, "many.service.consul.", Type.A).getSection(Section.ANSWER);
            assertEquals(MANY, answer.size());
            first.add(answer.getFirst().rdataToString());
        }
        assertTrue(first.size() > 20, "first ones: " + first);
    }
}
