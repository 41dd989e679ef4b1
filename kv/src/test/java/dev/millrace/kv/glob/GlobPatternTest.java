package dev.millrace.kv.glob;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.SplittableRandom;

class GlobPatternTest {
    private static boolean matches(String pattern, String text) {
        return GlobPattern.of(latin(pattern)).matches(latin(text));
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void bytes_match_themselves() {
        assertTrue(matches("hello", "hello"));
        assertFalse(matches("hello", "hell"));
        assertFalse(matches("hello", "hello!"));
        assertFalse(matches("hello", "Hello"));
        assertTrue(matches("", ""));
        assertFalse(matches("", "a"));
    }

    @Test
    void a_question_mark_is_one_byte_and_a_star_any() {
        assertTrue(matches("h?llo", "hello"));
        assertFalse(matches("h?llo", "hllo"));
        assertTrue(matches("h*llo", "hllo"));
        assertTrue(matches("h*llo", "heeeello"));
        assertTrue(matches("*", "anything"));
        assertTrue(matches("a**", "a"));
        assertTrue(matches("*a*b*c*", "xxaxxbxxcxx"));
        assertFalse(matches("*a*b*c*", "xxaxxcxxbxx"));
    }

    @Test
    void a_star_does_not_match_the_empty_text_but_at_its_end() {
        assertFalse(matches("*", ""));
        assertFalse(matches("**", ""));
        assertTrue(matches("a*", "a"));
    }

    @Test
    void a_class_is_one_of_its_bytes() {
        assertTrue(matches("h[ae]llo", "hallo"));
        assertFalse(matches("h[ae]llo", "hillo"));
        assertTrue(matches("h[^e]llo", "hallo"));
        assertFalse(matches("h[^e]llo", "hello"));
        assertTrue(matches("h[a-c]llo", "hbllo"));
        assertTrue(matches("h[c-a]llo", "hbllo"));
        assertFalse(matches("h[a-c]llo", "hdllo"));
        assertTrue(matches("[\\]]", "]"));
        assertTrue(matches("[\\a-]", "-"));
    }

    @Test
    void a_class_without_its_end_goes_to_the_end() {
        assertTrue(matches("[abc", "b"));
        assertFalse(matches("[abc", "d"));
        assertFalse(matches("[", "["));
        assertTrue(matches("[^", "x"));
        assertFalse(matches("[]", "]"));
        assertTrue(matches("[^]", "]"));
        // The bracket is the range's other end here.
        assertTrue(matches("[a-]", "]"));
    }

    @Test
    void the_ends_of_a_range_are_signed_bytes() {
        assertTrue(matches("[\u00f0-a]", "A"));
        assertFalse(matches("[a-\u00f0]", "z"));
        assertTrue(matches("[\u00e0-\u00f0]", "\u00e5"));
    }

    @Test
    void a_backslash_takes_the_next_byte_as_it_is() {
        assertTrue(matches("a\\*b", "a*b"));
        assertFalse(matches("a\\*b", "axb"));
        assertTrue(matches("\\\\", "\\"));
        assertTrue(matches("a\\", "a\\"));
    }

    @Test
    void letters_are_the_same_in_any_case_where_that_is_asked() {
        assertTrue(GlobPattern.ofAnyCase("max*").matches("MAXMEMORY"));
        assertTrue(GlobPattern.ofAnyCase("[A-C]x").matches("bX"));
        assertFalse(GlobPattern.ofAnyCase("max").matches("min"));
    }

    @Test
    void many_stars_take_no_exponential_time_and_no_deep_stack() {
        String text = "a".repeat(20_000);
        assertTimeoutPreemptively(
                Duration.ofSeconds(20), () -> assertFalse(matches("a*".repeat(5_000) + "b", text)));
        assertTrue(matches("*a".repeat(10_000), text));
    }

    @Test
    void random_patterns_match_what_trying_everything_matches() {
        Seeds.each(
                20_000,
                random -> {
                    String pattern = letters(random, "ab*?[]^-\\\u00f0", 10);
                    String text = letters(random, "ab-]\\\u00f0", 8);
                    boolean expected = Everything.matches(pattern + '\0', 0, text, 0);
                    assertEquals(expected, matches(pattern, text), pattern + " on " + text);
                });
    }

    private static String letters(SplittableRandom random, String alphabet, int most) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(most); i > 0; i--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    /** Tries each star with each number of bytes. The pattern ends with a zero, as in C. */
    private static final class Everything {
        private static boolean matches(String pattern, int p, String text, int t) {
            int end = pattern.length() - 1;
            if (t == text.length()) {
                int rest = p;
                while (t > 0 && rest < end && pattern.charAt(rest) == '*') {
                    rest++;
                }
                return rest == end;
            }
            if (p == end) {
                return false;
            }
            char c = pattern.charAt(p);
            if (c == '*') {
                for (int from = t; from < text.length(); from++) {
                    if (matches(pattern, p + 1, text, from)) {
                        return true;
                    }
                }
                return isAllStars(pattern, p, end);
            }
            if (c == '[') {
                return inClass(pattern, p + 1, text, t);
            }
            int literal = c == '\\' && p + 1 < end ? p + 1 : p;
            boolean same = c == '?' || pattern.charAt(literal) == text.charAt(t);
            return same && matches(pattern, literal + 1, text, t + 1);
        }

        private static boolean isAllStars(String pattern, int p, int end) {
            return pattern.substring(p, end).chars().allMatch(c -> c == '*');
        }

        private static boolean inClass(String pattern, int from, String text, int t) {
            int end = pattern.length() - 1;
            byte wanted = (byte) text.charAt(t);
            boolean not = pattern.charAt(from) == '^';
            boolean found = false;
            int p = not ? from + 1 : from;
            for (; p < end && pattern.charAt(p) != ']'; p++) {
                byte one = (byte) pattern.charAt(p);
                if (one == '\\' && end - p >= 2) {
                    found |= (byte) pattern.charAt(++p) == wanted;
                } else if (end - p >= 3 && pattern.charAt(p + 1) == '-') {
                    byte other = (byte) pattern.charAt(p + 2);
                    found |= wanted >= Math.min(one, other) && wanted <= Math.max(one, other);
                    p += 2;
                } else {
                    found |= one == wanted;
                }
            }
            return found != not && matches(pattern, Math.min(p + 1, end), text, t + 1);
        }
    }
}
