package dev.millrace.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.millrace.kv.acl.UserRules;
import dev.millrace.kv.command.CommandTable;
import dev.millrace.kv.server.Commands;

import java.util.Arrays;
import java.util.Optional;

/** What rules of users may be, as ACL SETUSER and a file of users have them. */
class UsersFuzzTest {
    private static final UserRules RULES = new UserRules(new CommandTable(Commands.all()));

    @FuzzTest(maxDuration = "30s")
    void what_is_told_of_a_user_makes_the_same_user(byte[] input) {
        Optional<byte[]> told = RULES.describe(input);
        told.ifPresent(text -> assertTrue(same(text, RULES.describe(text))));
    }

    private static boolean same(byte[] text, Optional<byte[]> again) {
        return again.isPresent() && Arrays.equals(text, again.get());
    }

    @FuzzTest(maxDuration = "30s")
    void a_file_is_users_or_refused(byte[] input) {
        RULES.complaints(input).ifPresent(why -> assertFalse(why.isEmpty()));
    }
}
