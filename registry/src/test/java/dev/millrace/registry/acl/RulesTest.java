package dev.millrace.registry.acl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;
import dev.millrace.registry.acl.Rights.Access;
import dev.millrace.registry.acl.Rights.Resource;

import org.junit.jupiter.api.Test;

import java.util.SplittableRandom;

/** What policies say, and what follows from several of them. */
class RulesTest {
    private static Rights rights(boolean otherwise, String... policies) throws BadRules {
        Rules all = Rules.NONE;
        for (String policy : policies) {
            all = all.with(Rules.read(policy));
        }
        return new TokenRights("a", all, otherwise);
    }

    private static String why(String policy) {
        return assertThrows(BadRules.class, () -> Rules.read(policy)).why();
    }

    @Test
    void an_exact_name_counts_before_prefixes_and_the_longest_prefix_before_shorter_ones()
            throws BadRules {
        Rights rights =
                rights(
                        false,
                        """
                        # Keys.
                        key_prefix "" { policy = "read" }
                        key_prefix "app/" { policy = "write" } // its own
                        key_prefix "app/secret" { policy = "deny" }
                        key "app/secret/mine" { policy = "write" }
                        /* a block
                           of words */
                        """);
        assertTrue(rights.allow(Resource.KEY, Access.READ, "other"));
        assertFalse(rights.allow(Resource.KEY, Access.WRITE, "other"));
        assertTrue(rights.allow(Resource.KEY, Access.WRITE, "app/x"));
        assertFalse(rights.allow(Resource.KEY, Access.READ, "app/secret/yours"));
        assertTrue(rights.allow(Resource.KEY, Access.WRITE, "app/secret/mine"));
        assertFalse(rights.allow(Resource.KEY, Access.READ, "app/secret/mine/below"));
    }

    @Test
    void of_two_policies_about_one_name_deny_counts_before_write_list_and_read() throws BadRules {
        String read = "key_prefix \"k\" { policy = \"read\" }";
        String list = "key_prefix \"k\" { policy = \"list\" }";
        String write = "key_prefix \"k\" { policy = \"write\" }";
        String deny = "key_prefix \"k\" { policy = \"deny\" }";
        assertFalse(rights(true, read).allow(Resource.KEY, Access.LIST, "k"));
        assertTrue(rights(false, read, list).allow(Resource.KEY, Access.LIST, "k"));
        assertFalse(rights(true, read, list).allow(Resource.KEY, Access.WRITE, "k"));
        assertTrue(rights(false, list, write, read).allow(Resource.KEY, Access.WRITE, "k"));
        assertFalse(rights(true, write, deny, read).allow(Resource.KEY, Access.READ, "k"));
    }

    @Test
    void what_no_rule_is_about_is_as_the_default_has_it_but_for_tokens_and_policies()
            throws BadRules {
        Rights allows = rights(true);
        assertTrue(allows.writesService("any"));
        assertTrue(allows.allowTree("any"));
        assertTrue(allows.allowOperator(Access.WRITE));
        assertFalse(allows.allowAcl(Access.READ));
        Rights denies = rights(false, "acl = \"read\"\noperator = \"write\"");
        assertFalse(denies.readsNode("any"));
        assertTrue(denies.allowAcl(Access.READ));
        assertFalse(denies.allowAcl(Access.WRITE));
        assertTrue(denies.allowOperator(Access.WRITE));
    }

    @Test
    void a_tree_may_be_written_if_its_prefix_may_and_nothing_below_is_forbidden() throws BadRules {
        String write = "key_prefix \"a/\" { policy = \"write\" }";
        assertTrue(rights(false, write).allowTree("a/b"));
        assertFalse(rights(false, write).allowTree("a"));
        assertFalse(rights(false, write, "key \"a/b/c\" { policy = \"read\" }").allowTree("a/b"));
        assertTrue(rights(false, write, "key \"a/b/c\" { policy = \"read\" }").allowTree("a/d"));
        assertFalse(
                rights(false, write, "key_prefix \"a/b\" { policy = \"deny\" }").allowTree("a/"));
        assertFalse(rights(true, "key \"x\" { policy = \"deny\" }").allowTree(""));
    }

    @Test
    void hcl_and_json_say_the_same() throws BadRules {
        Rules hcl =
                Rules.read(
                        """
                        key "a" { policy = "read" }
                        key "b" { policy = "write", }
                        service_prefix "" { policy = "write" intentions = "read" }
                        session = { "n" = { policy = "write" } }
                        "operator" = "read"
                        unknown "x" "y" { list = ["a", 1, true,] }
                        """);
        Rules json =
                Rules.read(
                        """
                        {"key": {"a": {"policy": "read"}, "b": {"policy": "write"}},
                         "service_prefix": [{"": {"policy": "write", "intentions": "read"}}],
                         "session": {"n": [{"policy": "write"}]},
                         "operator": "read", "unknown": {"x": 1}}
                        """);
        assertEquals(hcl, json);
        assertEquals(Rules.read(""), Rules.read("{}"));
    }

    @Test
    void names_may_be_written_with_escapes() throws BadRules {
        Rights rights = rights(false, "key \"a\\\"\\u00e9\\t\\\\\" { policy = \"read\" }");
        assertTrue(rights.allow(Resource.KEY, Access.READ, "a\"\u00e9\t\\"));
    }

    @Test
    void bad_rules_are_refused_in_consuls_words() {
        assertEquals(
                "Invalid key policy: acl.KeyRule{Prefix:\"k\", Policy:\"nope\","
                        + " EnterpriseRule:acl.EnterpriseRule{}}",
                why("key \"k\" { policy = \"nope\" }"));
        assertEquals(
                "Invalid node_prefix policy: acl.NodeRule{Name:\"\", Policy:\"list\","
                        + " EnterpriseRule:acl.EnterpriseRule{}}",
                why("node_prefix \"\" { policy = \"list\" }"));
        assertEquals(
                "Invalid service intentions policy: acl.ServiceRule{Name:\"s\", Policy:\"read\","
                        + " Intentions:\"x\", EnterpriseRule:acl.EnterpriseRule{}}",
                why("service \"s\" { policy = \"read\" intentions = \"x\" }"));
        assertEquals("Invalid acl policy: \"list\"", why("acl = \"list\""));
        assertEquals("Invalid keyring policy: \"x\"", why("{\"keyring\":\"x\"}"));
        assertEquals(
                "Failed to parse ACL rules: At 1:16: object expected closing RBRACE got: EOF",
                why("key \"k\" { a = 1"));
        assertEquals("Failed to parse ACL rules: At 2:5: literal not terminated", why("\na=\"b\n"));
        assertTrue(why("key \"k\"").contains("expected: IDENT | STRING got: EOF"));
        assertTrue(why("a = [1 2]").contains("error parsing list"));
        assertTrue(why("/* ").contains("comment not terminated"));
        assertTrue(why("a = \"\\x\"").contains("illegal char escape"));
        assertTrue(why("{\"key\"").startsWith("Failed to parse ACL rules: "));
        assertTrue(why("key = \"x\"").contains("not an object type for map"));
        assertTrue(why("a { ".repeat(65)).contains("nested too deeply"));
        assertTrue(why("a = " + "[".repeat(100_000)).contains("nested too deeply"));
    }

    @Test
    void whatever_is_written_is_rules_or_refused() {
        Seeds.each(
                2_000,
                random -> {
                    StringBuilder text = new StringBuilder();
                    for (int i = random.nextInt(30); i > 0; i--) {
                        text.append(piece(random));
                    }
                    try {
                        Rules rules = Rules.read(text.toString());
                        assertEquals(rules, rules.with(rules));
                    } catch (BadRules bad) {
                        assertFalse(bad.why().isEmpty());
                    }
                });
    }

    private static String piece(SplittableRandom random) {
        String[] pieces = {
            "key",
            " ",
            "\"a\"",
            "{",
            "}",
            "policy",
            "=",
            "\"read\"",
            "[",
            "]",
            ",",
            "\n",
            "#",
            "\"",
            "\\",
            "acl",
            "/*",
            "*/",
            "1",
            "node_prefix",
            ":",
            "\"deny\"",
            "service",
            "$",
        };
        return pieces[random.nextInt(pieces.length)];
    }
}
