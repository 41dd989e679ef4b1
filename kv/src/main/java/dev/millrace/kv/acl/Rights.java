package dev.millrace.kv.acl;

import dev.millrace.kv.command.Command;
import dev.millrace.kv.resp.Request;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * What a user may do and by which passwords one becomes it. Rules are applied to a copy that nobody
 * else has, which then takes the place of the old one whole ({@link User}).
 */
final class Rights {
    private static final int HASH_DIGITS = 64;

    /** Whether what RESTORE is given is looked through; here it always is. */
    private enum Sanitizing {
        UNSAID,
        SKIP,
        DO
    }

    private final Vocabulary vocabulary;
    private final boolean channelsAtFirst;
    private boolean enabled;
    private boolean noPassword;
    private Sanitizing sanitizing = Sanitizing.UNSAID;
    private final List<String> passwords = new ArrayList<>();

    /** The first is the user's own; others were given in parentheses. */
    private final List<Selector> selectors = new ArrayList<>();

    private @Nullable String text;
    private boolean everything;

    /** Those of a user that was just made: none. */
    Rights(Vocabulary vocabulary, boolean channelsAtFirst) {
        this.vocabulary = vocabulary;
        this.channelsAtFirst = channelsAtFirst;
        selectors.add(new Selector(vocabulary, channelsAtFirst));
    }

    /** A copy to change; of a copy, {@code reset} gives all channels or none. */
    Rights copy(boolean channelsAfterReset) {
        Rights copy = new Rights(vocabulary, channelsAfterReset);
        copy.enabled = enabled;
        copy.noPassword = noPassword;
        copy.sanitizing = sanitizing;
        copy.passwords.addAll(passwords);
        copy.selectors.clear();
        selectors.forEach(selector -> copy.selectors.add(selector.copy()));
        return copy;
    }

    // ---- Rules

    /** Those of who may do everything, without a password. */
    static Rights everything(Vocabulary vocabulary) {
        Rights rights = new Rights(vocabulary, true);
        try {
            for (String rule : List.of("+@all", "~*", "&*", "on", "nopass")) {
                rights.apply(rule);
            }
        } catch (BadRule e) {
            throw new AssertionError(e);
        }
        return rights;
    }

    /** Applies one rule, bytes as characters. */
    void apply(String rule) throws BadRule {
        text = null;
        switch (rule.toLowerCase(Locale.ROOT)) {
            case "" -> {}
            case "on" -> enabled = true;
            case "off" -> enabled = false;
            case "skip-sanitize-payload" -> sanitizing = Sanitizing.SKIP;
            case "sanitize-payload" -> sanitizing = Sanitizing.DO;
            case "nopass" -> noPassword(true);
            case "resetpass" -> noPassword(false);
            case "clearselectors" -> selectors.subList(1, selectors.size()).clear();
            case "reset" -> reset();
            default -> applyNamed(rule);
        }
    }

    private void noPassword(boolean none) {
        noPassword = none;
        passwords.clear();
    }

    private void reset() {
        noPassword(false);
        enabled = false;
        sanitizing = Sanitizing.DO;
        selectors.clear();
        selectors.add(new Selector(vocabulary, channelsAtFirst));
    }

    private void applyNamed(String rule) throws BadRule {
        String rest = rule.substring(1);
        switch (rule.charAt(0)) {
            case '>' -> addPassword(sha256(rest));
            case '#' -> addPassword(hash(rest));
            case '<' -> removePassword(sha256(rest));
            case '!' -> removePassword(hash(rest));
            default -> {
                if (rule.startsWith("(") && rule.endsWith(")")) {
                    addSelector(rule.substring(1, rule.length() - 1));
                } else {
                    own().apply(rule);
                }
            }
        }
    }

    private void addSelector(String rules) throws BadRule {
        List<String> words = Words.split(rules);
        if (words == null) {
            throw BadRule.syntax();
        }
        Selector selector = new Selector(vocabulary, channelsAtFirst);
        for (String word : words) {
            selector.apply(word);
        }
        selectors.add(selector);
    }

    // ---- Passwords

    /** A password for the one there is to be, and no other. */
    void requirePassword(String password) {
        text = null;
        noPassword(password.isEmpty());
        if (!password.isEmpty()) {
            passwords.add(sha256(password));
        }
    }

    private void addPassword(String hash) {
        if (!passwords.contains(hash)) {
            passwords.add(hash);
        }
        noPassword = false;
    }

    private void removePassword(String hash) throws BadRule {
        if (!passwords.remove(hash)) {
            throw BadRule.noSuchPassword();
        }
    }

    private static String hash(String given) throws BadRule {
        boolean right =
                given.length() == HASH_DIGITS
                        && given.chars()
                                .allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
        if (!right) {
            throw BadRule.badHash();
        }
        return given;
    }

    private static String sha256(String bytes) {
        return sha256(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /** True if who gives this password may become the user. */
    boolean admits(byte[] password) {
        if (!enabled || noPassword) {
            return enabled;
        }
        byte[] given = sha256(password).getBytes(StandardCharsets.US_ASCII);
        boolean found = false;
        for (String known : passwords) {
            found |= MessageDigest.isEqual(given, known.getBytes(StandardCharsets.US_ASCII));
        }
        return found;
    }

    boolean isEnabled() {
        return enabled;
    }

    boolean hasNoPassword() {
        return noPassword;
    }

    List<String> passwords() {
        return passwords;
    }

    // ---- Asking

    /** What is set for the user itself. */
    Selector own() {
        return selectors.getFirst();
    }

    /** What is set in parentheses. */
    List<Selector> others() {
        return selectors.subList(1, selectors.size());
    }

    List<Selector> selectors() {
        return selectors;
    }

    /** No rule follows: a user is about to have them. */
    Rights settled() {
        selectors.forEach(Selector::settled);
        everything = selectors.stream().anyMatch(Selector::isEverything);
        return this;
    }

    /** True if nothing is ever denied. */
    boolean areEverything() {
        return everything;
    }

    /** What is denied of a request, or null: of several selectors one has to allow all of it. */
    @Nullable Denial denies(Command command, Request request) {
        int worst = 0;
        for (int i = 0; i < selectors.size(); i++) {
            int verdict = selectors.get(i).verdict(command, request);
            if (verdict == Selector.ALLOWED) {
                return null;
            }
            worst = Math.max(worst, verdict);
        }
        return new Denial(Selector.reason(worst), Selector.argument(worst));
    }

    /** Whether the request is allowed by a selector that may read every key as well. */
    boolean readsAllKeys(Command command, Request request) {
        return selectors.stream()
                .anyMatch(
                        selector ->
                                selector.readsAllKeys()
                                        && selector.verdict(command, request) == Selector.ALLOWED);
    }

    // ---- Describing

    /** {@code on} or {@code off}, and what else is so or not, in Redis's order. */
    List<String> flags() {
        List<String> flags = new ArrayList<>(3);
        flags.add(enabled ? "on" : "off");
        if (noPassword) {
            flags.add("nopass");
        }
        switch (sanitizing) {
            case UNSAID -> {}
            case SKIP -> flags.add("skip-sanitize-payload");
            case DO -> flags.add("sanitize-payload");
        }
        return flags;
    }

    /** All rules that make these rights, as ACL LIST shows them; bytes as characters. */
    synchronized String text() {
        String known = text;
        if (known == null) {
            List<String> parts = new ArrayList<>(flags());
            passwords.forEach(hash -> parts.add("#" + hash));
            parts.add(own().text());
            others().forEach(selector -> parts.add("(" + selector.text() + ")"));
            known = String.join(" ", parts);
            text = known;
        }
        return known;
    }
}
