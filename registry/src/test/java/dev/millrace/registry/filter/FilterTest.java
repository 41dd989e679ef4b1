package dev.millrace.registry.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class FilterTest {
    private record Check(String name, String status) {}

    private record Address(String address, long port) {}

    private record Service(
            String name,
            long port,
            boolean proxy,
            List<String> tags,
            Map<String, String> meta,
            Address at,
            Map<String, Address> tagged,
            List<Check> checks) {}

    private static final Fields<Check> CHECK =
            new Fields<Check>().text("Name", Check::name).text("Status", Check::status);

    private static final Fields<Address> ADDRESS =
            new Fields<Address>().text("Address", Address::address).whole("Port", Address::port);

    private static final Fields<Service> SERVICE =
            new Fields<Service>()
                    .text("Service", Service::name)
                    .whole("Port", Service::port)
                    .flag("Proxy", Service::proxy)
                    .texts("Tags", Service::tags)
                    .textMap("Meta", Service::meta)
                    .group("At", Service::at, ADDRESS)
                    .groupMap("TaggedAddresses", Service::tagged, ADDRESS)
                    .groups("Checks", Service::checks, CHECK);

    private static final Service WEB =
            new Service(
                    "web",
                    8_080,
                    true,
                    List.of("v1", "blue green"),
                    Map.of("env", "prod", "a-b/c", "odd"),
                    new Address("10.0.0.1", 8_080),
                    Map.of("lan", new Address("10.0.0.2", 1)),
                    List.of(new Check("ping", "passing"), new Check("disk", "warning")));

    private static final Service BARE =
            new Service("", 0, false, List.of(), Map.of(), new Address("", 0), Map.of(), List.of());

    @Test
    void texts_are_compared() {
        assertHolds("Service == \"web\"");
        assertHolds("Service==web");
        assertHolds("Service == `web`");
        assertHolds("\tService\r\n==\n web ");
        assertHolds("Service != api");
        assertHolds("Service contains e");
        assertHolds("\"eb\" in Service");
        assertHolds("x not in Service");
        assertHolds("Service not contains x");
        assertHolds("Service matches \"^w.b$\"");
        assertHolds("Service matches e");
        assertHolds("Service not matches \"^e\"");
        assertFails("Service == \"Web\"");
        assertFails("Service not matches `^w`");
    }

    @Test
    void numbers_and_flags_are_compared() {
        assertHolds("Port == 8080");
        assertHolds("Port != -1");
        assertHolds("At.Port == \"8080\"");
        assertHolds("Proxy == true and Proxy != F");
        assertFails("Proxy == 0");
    }

    @Test
    void lists_and_maps_contain_or_are_empty() {
        assertHolds("\"v1\" in Tags");
        assertHolds("v1 in Tags and \"v2\" not in Tags");
        assertHolds("Tags contains \"blue green\"");
        assertHolds("Tags is not empty and not Tags is empty");
        assertHolds("env in Meta and other not in Meta");
        assertHolds("Meta.env == prod");
        assertHolds("Meta[\"a-b/c\"] == odd");
        assertHolds("Meta[ `env` ] != dev");
        assertHolds("\"/Meta/a-b~1c\" == \"odd\"");
        assertHolds("TaggedAddresses.lan.Port == 1");
        assertTrue(holds("Tags is empty and Meta is empty and Checks is empty", BARE));
    }

    @Test
    void what_is_not_there_equals_nothing() {
        assertFails("Meta.none == prod");
        assertFails("Meta.none contains \"\"");
        assertFails("Meta.none matches \".*\"");
        assertHolds("Meta.none != prod");
        assertHolds("Meta.none not matches \".*\"");
        assertHolds("TaggedAddresses.wan.Address != x");
    }

    @Test
    void of_several_one_is_enough() {
        assertHolds("Checks.Status == passing");
        assertHolds("Checks.Status != passing");
        assertHolds("Checks.Name matches \"^d\"");
        assertFails("Checks.Status == critical");
        assertFalse(holds("Checks.Status != passing", BARE));
    }

    @Test
    void not_binds_more_than_and_which_binds_more_than_or() {
        assertHolds("Service == x and Service == x or Port == 8080");
        assertFails("Service == x and (Service == x or Port == 8080)");
        assertHolds("not Service == x and Port == 8080");
        assertFails("not (Service == x or Port == 8080)");
        assertHolds("not not Port == 8080");
        assertHolds("((( Port == 8080 )))");
        assertHolds(
                "Service == \"web\" and \"v1\" in Tags and Meta.env != \"dev\" or not (Meta is empty)");
    }

    @Test
    void nothing_lets_everything_through() {
        assertHolds("");
    }

    @Test
    void escapes_in_double_quotes_are_gos() {
        assertHolds("Service == \"\\x77\\u0065\\142\"");
        assertHolds("Service != \"a\\tb\\\\\"");
        assertReason("1:12 (11): rule \"string\": invalid syntax", "Service == \"\\q\"");
        assertReason("1:12 (11): rule \"string\": invalid syntax", "Service == \"a\nb\"");
    }

    @Test
    void a_selector_that_is_not_declared_is_refused() {
        assertReason("Selector \"Name\" is not valid", "Name == web");
        assertReason("Selector \"Service.x\" is not valid", "Service.x.y == web");
        assertReason("Selector \"At.Host\" is not valid", "At.Host == web");
        assertReason("Selector \"Meta.a.b\" is not valid", "Meta.a.b == web");
        assertReason("Selector \"Checks.Output\" is not valid", "Checks.Output == web");
        assertReason("Selector \"Tags.x\" is not valid", "Tags.x == web");
    }

    @Test
    void an_operator_that_a_kind_does_not_have_is_refused() {
        assertReason(
                "Invalid match operator \"Is Empty\" for selector \"Service\"", "Service is empty");
        assertReason("Invalid match operator \"In\" for selector \"Port\"", "8 in Port");
        assertReason("Invalid match operator \"Equal\" for selector \"Tags\"", "Tags == v1");
        assertReason(
                "Invalid match operator \"Not Matches\" for selector \"Meta\"",
                "Meta not matches v1");
        assertReason("Invalid match operator \"Not Equal\" for selector \"At\"", "At != v1");
        assertReason(
                "Invalid match operator \"Not In\" for selector \"Checks\"", "v1 not in Checks");
    }

    @Test
    void a_value_that_a_kind_cannot_have_is_refused() {
        assertReason(
                "Failed to coerce value \"x\" for selector \"Port\": strconv.ParseInt: parsing"
                        + " \"x\": invalid syntax",
                "Port == x");
        assertReason(
                "Failed to coerce value \"yes\" for selector \"Proxy\": strconv.ParseBool:"
                        + " parsing \"yes\": invalid syntax",
                "Proxy == yes");
        assertTrue(reason("Service matches \"(\"").startsWith("Failed to compile regular expr"));
    }

    @Test
    void what_cannot_be_read_is_refused_with_its_place() {
        assertReason("1:16 (15): rule \"string\": Unterminated string literal", "Service == \"12x");
        assertReason("1:9 (8): rule \"number\": Invalid number literal", "foo == 3x");
        assertReason("1:5 (4): rule \"index\": Invalid index", "foo[3] == abc");
        assertReason("1:15 (14): rule \"index\": Unclosed index expression", "x in foo[\"abc\"");
        assertReason("1:11 (10): rule \"index\": Unclosed index expression", "foo[\"abc\" == 3");
        assertReason("1:6 (5): rule \"match\": Invalid selector", "x in 32");
        assertReason("1:10 (9): rule \"grouping\": Unmatched parentheses", "(foo == 4");
        assertReason(
                "1:4 (3): no match found, expected: \"in\", \"not\" or [ \\t\\r\\n]", "32 == 32");
        assertReason(
                "1:4 (3): no match found, expected: \"in\", \"not\" or [ \\t\\r\\n]",
                "32 is empty");
        assertReason(
                "1:10 (9): no match found, expected: \"and\", \"or\", [ \\t\\r\\n] or EOF",
                "x in foo abc");
        assertReason(
                "1:14 (13): no match found, expected: \"(\", \"-\", \"0\", \"\\\"\", \"`\","
                        + " \"not\", [ \\t\\r\\n], [1-9] or [a-zA-Z]",
                "x in foo and ");
        assertReason(
                "1:17 (16): no match found, expected: \"!=\", \"(\", \"-\", \"0\", \"==\","
                        + " \"\\\"\", \"`\", \"contains\", \"in\", \"is\", \"matches\", \"not\","
                        + " [ \\t\\r\\n], [1-9] or [a-zA-Z]",
                "x in foo or not ");
    }

    @Test
    void places_count_characters_in_lines_and_bytes_from_the_start() {
        assertReason("2:8 (20): rule \"number\": Invalid number literal", "`ä` in x or\n a == 3x");
    }

    @Test
    void everything_has_a_limit() {
        assertReason(
                "Number of match expressions (33) exceeds the limit (32)",
                "Port == 1" + " or Port == 1".repeat(32));
        assertHolds("Port != 1" + " and Port != 1".repeat(31));
        assertReason(
                "Value in expression with length 513 for selector \"Service\" exceeds maximum"
                        + " length of 512",
                "Service == \"" + "x".repeat(513) + "\"");
        assertReason("Expression with length 40000 exceeds the limit (32768)", " ".repeat(40_000));
        assertReason(
                "Nesting of expressions exceeds the limit (64)",
                "(".repeat(65) + "Port == 1" + ")".repeat(65));
        assertReason(
                "Nesting of expressions exceeds the limit (64)", "not ".repeat(65) + "Port == 1");
        assertHolds("(".repeat(64) + "Port != 1" + ")".repeat(64));
        assertTrue(reason("a==b or ".repeat(4_000)).startsWith("1:32001"));
    }

    @Test
    void a_pattern_that_would_grow_without_bound_is_refused() {
        assertReason(
                "Failed to compile regular expression \"((x{1000}){1000}){1000}\": error parsing"
                        + " regexp: expression too large",
                "Service matches \"((x{1000}){1000}){1000}\"");
        assertHolds("Service matches \"^[a-z]{1,100}$\" and Service not matches \"x{1000}\"");
    }

    @Test
    void a_hostile_expression_takes_linear_time() {
        // With backtracking, 2 to the 60th steps.
        String nested = "(".repeat(60) + "Port == 1" + ")".repeat(59);
        assertTrue(reason(nested).contains("Unmatched parentheses"));
        assertFalse(holds("Service matches \"(a*)*(a*)*(a*)*b\"", named("a".repeat(10_000))));
    }

    private static Service named(String name) {
        return new Service(
                name, 0, false, List.of(), Map.of(), new Address("", 0), Map.of(), List.of());
    }

    private static void assertHolds(String text) {
        assertTrue(holds(text, WEB), text);
    }

    private static void assertFails(String text) {
        assertFalse(holds(text, WEB), text);
    }

    private static boolean holds(String text, Service service) {
        return switch (Filter.compile(text, SERVICE)) {
            case Filter.Usable<Service>(var predicate) -> predicate.test(service);
            case Filter.Unusable<Service>(String reason) ->
                    throw new AssertionError(text + ": " + reason);
        };
    }

    private static void assertReason(String reason, String text) {
        assertEquals(reason, reason(text));
    }

    private static String reason(String text) {
        return switch (Filter.compile(text, SERVICE)) {
            case Filter.Usable<Service> _ -> throw new AssertionError("usable: " + text);
            case Filter.Unusable<Service>(String reason) ->
                    reason.replace("Failed to create boolean expression evaluator: ", "");
        };
    }
}
