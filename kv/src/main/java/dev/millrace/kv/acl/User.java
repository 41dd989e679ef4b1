package dev.millrace.kv.acl;

import dev.millrace.kv.command.Command;
import dev.millrace.kv.resp.Request;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;

/**
 * Whom a client can be. Its rights are replaced whole, by any lane, and the next command of each
 * client is held against the new ones.
 */
public final class User {
    private final String name;
    private volatile Rights rights;

    /**
     * @param name bytes as characters
     */
    User(String name, Rights rights) {
        this.name = name;
        this.rights = rights.settled();
    }

    /** Bytes as characters. */
    String name() {
        return name;
    }

    /** The name as a text. */
    public String shownName() {
        return Names.shown(name);
    }

    public boolean is(String shown) {
        return shown.equals(shownName());
    }

    byte[] nameBytes() {
        return name.getBytes(StandardCharsets.ISO_8859_1);
    }

    Rights rights() {
        return rights;
    }

    void rights(Rights replacement) {
        rights = replacement.settled();
    }

    /** True if nothing is ever denied: nobody has to ask. */
    public boolean mayDoEverything() {
        return rights.areEverything();
    }

    /** What is denied of a request, or null if it may run. Nothing is logged. */
    public @Nullable Denial denies(Command command, Request request) {
        Rights now = rights;
        return now.areEverything() ? null : now.denies(command, request);
    }

    /** Whether a request may reach keys that it does not name, to read them. */
    public boolean readsAllKeys(Command command, Request request) {
        Rights now = rights;
        return now.areEverything() || now.readsAllKeys(command, request);
    }

    /** Who has said nothing may be it. */
    public boolean isOpen() {
        Rights now = rights;
        return now.isEnabled() && now.hasNoPassword();
    }

    /** It has no password: to give one alone makes no sense. */
    public boolean hasNoPassword() {
        return rights.hasNoPassword();
    }
}
