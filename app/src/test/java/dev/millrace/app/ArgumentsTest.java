package dev.millrace.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;

class ArgumentsTest {
    private static final List<Option> OPTIONS =
            List.of(
                    new Option("--set", "KEY=VALUE", "a setting"),
                    new Option("--n", "N", "a number"),
                    Option.flag("--insecure", "a flag"));

    @Test
    void a_value_follows_its_option_or_its_equals_sign() throws Failed {
        Arguments arguments = parse("--set", "a=b", "--set=c=d", "--insecure", "--n", "-1");
        assertEquals(List.of("a=b", "c=d"), arguments.all("--set"));
        assertEquals(Optional.of("c=d"), arguments.last("--set"));
        assertEquals(-1, arguments.number("--n", 5));
        assertTrue(arguments.has("--insecure"));
    }

    @Test
    void what_is_not_given_is_not_there() throws Failed {
        Arguments arguments = parse();
        assertEquals(Optional.empty(), arguments.last("--set"));
        assertEquals(5, arguments.number("--n", 5));
        assertFalse(arguments.has("--insecure"));
    }

    @Test
    void what_is_wrong_says_what_was_expected() {
        assertRefused("--sot (expected: one of --set KEY=VALUE, --n N, --insecure)", "--sot", "x");
        assertRefused("--set (expected: --set KEY=VALUE)", "--set");
        assertRefused("--insecure=no (expected: --insecure)", "--insecure=no");
        assertRefused("word (expected: one of --set KEY=VALUE, --n N, --insecure)", "word");
        Failed failed = assertThrows(Failed.class, () -> parse("--n", "two").number("--n", 0));
        assertEquals("--n: two (expected: a whole number)", failed.getMessage());
        assertEquals(Exit.USAGE, failed.exit());
    }

    private static void assertRefused(String message, String... words) {
        assertEquals(message, assertThrows(Failed.class, () -> parse(words)).getMessage());
    }

    private static Arguments parse(String... words) throws Failed {
        return Arguments.of(List.of(words), OPTIONS, List.of());
    }
}
