package dev.millrace.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.millrace.registry.acl.BadRules;
import dev.millrace.registry.acl.Rules;

import java.nio.charset.StandardCharsets;

/** What policies of the registry may be. */
class AclFuzzTest {
    @FuzzTest(maxDuration = "30s")
    void a_policy_is_rules_or_refused(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        try {
            Rules rules = Rules.read(text);
            assertEquals(rules, rules.with(rules));
            assertEquals(rules, Rules.NONE.with(rules));
            assertEquals(rules, Rules.read(text + "\n"));
        } catch (BadRules bad) {
            assertFalse(bad.why().isEmpty());
        }
    }
}
