package dev.millrace.registry.acl;

import java.util.Locale;
import java.util.Optional;

/**
 * What a rule says of what it names. In the order of precedence: of two rules with one name the
 * first of these counts.
 */
public enum Grant {
    DENY,
    WRITE,
    /** Of keys: to read them, and to see which there are. */
    LIST,
    READ;

    /** The one that a rule's text means. */
    static Optional<Grant> of(String text) {
        return switch (text) {
            case "deny" -> Optional.of(DENY);
            case "write" -> Optional.of(WRITE);
            case "list" -> Optional.of(LIST);
            case "read" -> Optional.of(READ);
            default -> Optional.empty();
        };
    }

    /** The one that counts of two. */
    Grant over(Grant other) {
        return compareTo(other) <= 0 ? this : other;
    }

    boolean allows(Rights.Access access) {
        return switch (this) {
            case DENY -> false;
            case WRITE -> true;
            case LIST -> access != Rights.Access.WRITE;
            case READ -> access == Rights.Access.READ;
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
