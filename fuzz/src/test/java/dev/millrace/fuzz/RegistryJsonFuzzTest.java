package dev.millrace.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.millrace.registry.agent.CheckForm;
import dev.millrace.registry.json.Fields;
import dev.millrace.registry.json.Json;
import dev.millrace.registry.json.JsonValue;
import dev.millrace.registry.json.MalformedJson;

import java.nio.charset.StandardCharsets;

/** What clients of the registry send as JSON, checks among it. */
class RegistryJsonFuzzTest {
    @FuzzTest(maxDuration = "30s")
    void json_is_refused_or_the_same_when_it_was_written_and_read_again(byte[] input) {
        try {
            JsonValue value = Json.read(input);
            byte[] written = Json.text(value).getBytes(StandardCharsets.UTF_8);
            assertEquals(value, Json.read(written));
            assertEquals(
                    new CheckForm(Fields.read(input)).request().decide(),
                    new CheckForm(Fields.read(written)).request().decide());
        } catch (MalformedJson refused) {
            return; // As declared.
        }
    }
}
