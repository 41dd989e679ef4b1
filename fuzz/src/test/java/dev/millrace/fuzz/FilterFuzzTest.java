package dev.millrace.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.millrace.registry.filter.Fields;
import dev.millrace.registry.filter.Filter;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** What a client may ask to be filtered by. */
class FilterFuzzTest {
    private record Thing(String name, List<String> tags, Map<String, String> meta, long port) {}

    private static final Fields<Thing> THING =
            new Fields<Thing>()
                    .text("Name", Thing::name)
                    .texts("Tags", Thing::tags)
                    .textMap("Meta", Thing::meta)
                    .whole("Port", Thing::port)
                    .groups("Self", List::of, new Fields<Thing>().text("Name", Thing::name));

    private static final Thing SAMPLE = new Thing("web", List.of("v1"), Map.of("env", "prod"), 80);

    @FuzzTest(maxDuration = "30s")
    void a_filter_is_refused_with_a_reason_or_its_opposite_holds_when_it_does_not(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        switch (Filter.compile(text, THING)) {
            case Filter.Usable<Thing>(var filter) -> assertOpposite(text, filter.test(SAMPLE));
            case Filter.Unusable<Thing>(String reason) -> assertFalse(reason.isEmpty());
        }
    }

    /** The opposite may be too deep to be used, and there is none of nothing. */
    private static void assertOpposite(String text, boolean holds) {
        if (Filter.compile("not (" + text + ")", THING)
                instanceof Filter.Usable<Thing>(var opposite)) {
            assertEquals(!holds, opposite.test(SAMPLE), text);
        }
    }
}
