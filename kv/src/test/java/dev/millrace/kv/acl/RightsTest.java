package dev.millrace.kv.acl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.command.CommandTable;
import dev.millrace.kv.server.Commands;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

class RightsTest {
    private static final Vocabulary VOCABULARY = new Vocabulary(new CommandTable(Commands.all()));

    private static Rights rights(String... rules) throws BadRule {
        Rights rights = new Rights(VOCABULARY, false);
        for (String rule : rules) {
            rights.apply(rule);
        }
        return rights;
    }

    private static String refused(String... rules) {
        return assertThrows(BadRule.class, () -> rights(rules)).text();
    }

    @Test
    void rules_are_told_in_their_shortest_form() throws BadRule {
        assertEquals("off resetchannels -@all", rights().text());
        assertEquals(
                "on nopass ~* &* +@all",
                rights("on", "nopass", "allkeys", "allchannels", "allcommands").text());
        assertEquals(
                "off ~a %R~b %W~c resetchannels &d +@all -@dangerous (~x resetchannels -@all +get)",
                rights("~a", "%R~b", "%w~c", "&d", "+@all", "-@dangerous", "(~x +get)").text());
        assertEquals(
                "off sanitize-payload resetchannels -@all", rights("+get", "on", "reset").text());
    }

    @Test
    void a_pattern_that_is_given_twice_gives_both() throws BadRule {
        assertEquals("off ~k resetchannels -@all", rights("%R~k", "%W~k").text());
    }

    @Test
    void whatever_was_allowed_the_text_allows_the_same() throws BadRule {
        Random random = new Random(1);
        List<String> names =
                VOCABULARY.commands().stream().map(command -> command.fullName()).toList();
        for (int round = 0; round < 200; round++) {
            Rights made = rights(random.nextBoolean() ? "+@all" : "-@all");
            for (int i = random.nextInt(30); i > 0; i--) {
                String sign = random.nextBoolean() ? "+" : "-";
                made.apply(
                        random.nextInt(3) == 0
                                ? sign + "@" + category(random)
                                : sign + names.get(random.nextInt(names.size())));
            }
            String text = made.own().commandsText();
            assertEquals(text, rights(text.split(" ")).own().commandsText());
        }
    }

    private static String category(Random random) {
        List<String> all = dev.millrace.kv.catalog.Categories.ALL;
        return all.get(random.nextInt(all.size()));
    }

    @Test
    void what_means_nothing_is_refused_in_redis_words() {
        assertEquals("Syntax error", refused("bogus"));
        assertEquals("Syntax error", refused("%X~a"));
        assertEquals("Syntax error", refused("%~a"));
        assertEquals("Syntax error", refused("~a b"));
        assertEquals("Unknown command or category name in ACL", refused("+bogus"));
        assertEquals("Unknown command or category name in ACL", refused("-@bogus"));
        assertEquals("Unknown command or category name in ACL", refused("-select|0"));
        assertEquals(
                "Allowing first-arg of a subcommand is not supported", refused("+config|get|x"));
        assertTrue(refused("allkeys", "~a").startsWith("Adding a pattern after the * pattern"));
        assertTrue(refused("&*", "&a").contains("Try 'resetchannels'"));
        assertTrue(refused("#abc").startsWith("The password hash must be exactly 64"));
        assertTrue(refused("<none").startsWith("The password you are trying to remove"));
    }

    @Test
    void a_password_is_kept_as_its_hash() throws BadRule {
        Rights rights = rights("on", ">secret");
        assertTrue(rights.admits("secret".getBytes(StandardCharsets.US_ASCII)));
        assertFalse(rights.admits("wrong".getBytes(StandardCharsets.US_ASCII)));
        rights.apply("#" + rights.passwords().getFirst());
        assertEquals(1, rights.passwords().size());
        rights.apply("<secret");
        assertFalse(rights.admits("secret".getBytes(StandardCharsets.US_ASCII)));
        rights.apply("nopass");
        assertTrue(rights.admits(new byte[0]));
        rights.apply("off");
        assertFalse(rights.admits(new byte[0]));
    }

    @Test
    void a_selector_may_stand_in_several_words() throws Words.Unmatched {
        assertEquals(
                List.of("on", "(~a +get)", "off"),
                Words.merged(List.of("on", "(~a", "+get)", "off")));
        assertEquals(
                "(~a",
                assertThrows(Words.Unmatched.class, () -> Words.merged(List.of("(~a", "+get")))
                        .word());
    }

    // ---- The file

    private static Map<String, Rights> read(String text) throws UsersFile.Unusable {
        return UsersFile.parse("f", text, () -> new Rights(VOCABULARY, false));
    }

    @Test
    void a_file_has_a_line_for_each_user() throws UsersFile.Unusable {
        Map<String, Rights> users = read("user bob on ~a +get\r\n\n user eve (~b\t+set )\n");
        assertEquals(
                "on ~a resetchannels -@all +get", Objects.requireNonNull(users.get("bob")).text());
        assertEquals(2, users.size());
    }

    @Test
    void one_thing_wrong_and_nothing_of_a_file_is_taken() {
        assertEquals(
                "f:1 should start with user keyword followed by the username. f:2: Error in"
                        + " applying operation '+nosuch': Unknown command or category name in ACL."
                        + " f:3: Syntax error. WARNING: Duplicate user 'a' found on line 4. WARNING:"
                        + " ACL errors detected, no change to the previously active ACL rules was"
                        + " performed",
                assertThrows(
                                UsersFile.Unusable.class,
                                () ->
                                        read(
                                                """
                                                bogus
                                                user a +nosuch
                                                user b bogus more
                                                user a on
                                                """))
                        .text());
    }
}
