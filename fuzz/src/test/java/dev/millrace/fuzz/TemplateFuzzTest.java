package dev.millrace.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.millrace.registry.query.BadQuery;
import dev.millrace.registry.query.CompiledTemplate;
import dev.millrace.registry.query.Failover;
import dev.millrace.registry.query.PreparedQuery;
import dev.millrace.registry.query.Queries;
import dev.millrace.registry.query.ServiceQuery;
import dev.millrace.registry.query.Template;
import dev.millrace.registry.state.Touched;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** What templates of prepared queries may be, and the names that they are asked by. */
class TemplateFuzzTest {
    /** The first line is the name it is asked by, the second the expression, the rest the text. */
    @FuzzTest(maxDuration = "30s")
    void a_template_is_rendered_or_refused(byte[] input) {
        String[] lines = new String(input, StandardCharsets.UTF_8).split("\n", 3);
        if (lines.length < 3) {
            return;
        }
        PreparedQuery query = template(lines[1], lines[2]);
        try {
            CompiledTemplate _ = CompiledTemplate.of(query);
            Queries queries = Queries.EMPTY.with(query, 1, Touched.NOBODY);
            assertTrue(queries.resolved(lines[0]).isPresent());
        } catch (BadQuery bad) {
            assertFalse(bad.why().isEmpty());
        }
    }

    private static PreparedQuery template(String regexp, String text) {
        ServiceQuery service =
                new ServiceQuery(
                        text,
                        Failover.NONE,
                        false,
                        List.of(),
                        "",
                        List.of(text, text),
                        Map.of(),
                        Map.of(),
                        false);
        return new PreparedQuery(
                "id",
                "",
                "",
                "",
                service,
                "",
                new Template(Template.BY_PREFIX, regexp, true),
                1,
                1);
    }
}
