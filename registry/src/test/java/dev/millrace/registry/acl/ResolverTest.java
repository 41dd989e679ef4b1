package dev.millrace.registry.acl;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.MovedClock;
import dev.millrace.registry.effect.PutToken;
import dev.millrace.registry.state.Touched;

import org.junit.jupiter.api.Test;

import java.util.List;

/** What the bearer of a secret may do. */
class ResolverTest {
    private static final Policy WRITES_KEYS =
            new Policy("p", "p", "", "key_prefix \"\" { policy = \"write\" }", List.of(), 0, 0);

    private final MovedClock clock = new MovedClock(1_000);
    private final Resolver resolver = new Resolver("dc1", false, "", clock);

    private static Token token(String secret, long expiresMillis, Grants grants) {
        return new Token(
                "a-" + secret, secret, "", grants, List.of(), false, 1, expiresMillis, 0, 0);
    }

    private static Acl with(Acl acl, Token token) {
        return acl.with(token, 2, Touched.NOBODY);
    }

    private boolean writesKey(Acl acl, String secret) {
        return resolver.rights(acl, secret)
                .map(rights -> rights.allow(Rights.Resource.KEY, Rights.Access.WRITE, "k"))
                .orElse(false);
    }

    @Test
    void rights_are_put_together_once_and_anew_when_anything_has_changed() {
        Acl acl = with(Acl.EMPTY, token("s", 0, Grants.of("p")));
        assertSame(
                resolver.rights(acl, "s").orElseThrow(), resolver.rights(acl, "s").orElseThrow());
        assertFalse(writesKey(acl, "s"));
        Acl after = acl.with(WRITES_KEYS, 3, Touched.NOBODY);
        assertTrue(writesKey(after, "s"));
        assertFalse(writesKey(acl, "s"));
        assertFalse(writesKey(after.withoutPolicy("p", 4, Touched.NOBODY), "s"));
    }

    @Test
    void a_token_gives_nothing_from_the_moment_on_at_which_it_ends() {
        Acl acl = with(Acl.EMPTY, token("s", clock.millis() + 10, Grants.of(Policy.MANAGEMENT)));
        assertTrue(writesKey(acl, "s"));
        clock.advance(10);
        assertTrue(resolver.rights(acl, "s").isEmpty());
    }

    @Test
    void what_is_given_in_other_datacenters_is_not_given_here() {
        Policy elsewhere = new Policy("p", "p", "", WRITES_KEYS.rules(), List.of("dc2"), 0, 0);
        Acl acl = Acl.EMPTY.with(elsewhere, 2, Touched.NOBODY);
        Grants grants =
                new Grants(
                        List.of("p"),
                        List.of(new ServiceIdentity("web", List.of("dc2"))),
                        List.of(new NodeIdentity("n", "dc2")));
        Acl there = with(acl, token("s", 0, grants));
        Rights rights = resolver.rights(there, "s").orElseThrow();
        assertFalse(writesKey(there, "s"));
        assertFalse(rights.writesService("web"));
        assertFalse(rights.writesNode("n"));
        Resolver other = new Resolver("dc2", false, "", clock);
        assertTrue(other.rights(there, "s").orElseThrow().writesService("web"));
        assertTrue(other.rights(there, "s").orElseThrow().writesNode("n"));
    }

    @Test
    void who_shows_nothing_is_anonymous_or_has_the_token_that_the_operator_gave() {
        Acl acl = with(Acl.EMPTY, token("s", 0, Grants.of(Policy.MANAGEMENT)));
        assertFalse(writesKey(acl, ""));
        assertTrue(resolver.rights(acl, "none").isEmpty());
        Resolver given = new Resolver("dc1", false, "s", clock);
        assertTrue(given.rights(acl, "").orElseThrow().allowAcl(Rights.Access.WRITE));
    }

    @Test
    void a_tokens_text_has_no_secret() {
        Token token = Token.management("accessor", "hush", "", 1);
        assertFalse(token.toString().contains("hush"));
        assertFalse(new PutToken(token, true).toString().contains("hush"));
    }
}
