package dev.millrace.kv.acl;

import dev.millrace.kv.command.CommandTable;

import java.util.List;
import java.util.Optional;

/** Rules of users without a server: what they mean, and whether a file of them is in order. */
public final class UserRules {
    private final Vocabulary vocabulary;

    public UserRules(CommandTable commands) {
        this.vocabulary = new Vocabulary(commands);
    }

    private Rights fresh() {
        return new Rights(vocabulary, false);
    }

    /** The canonical rules of a user with these, all bytes; nothing if one of them is wrong. */
    public Optional<byte[]> describe(byte[] rules) {
        Rights rights = fresh();
        try {
            for (String rule : Words.merged(List.of(Names.of(rules).split(" ", -1)))) {
                rights.apply(rule);
            }
        } catch (BadRule | Words.Unmatched e) {
            return Optional.empty();
        }
        return Optional.of(Names.bytes(rights.text()));
    }

    /** What is wrong with a file of users, if anything is. */
    public Optional<String> complaints(byte[] file) {
        try {
            UsersFile.parse("file", Names.of(file), this::fresh);
            return Optional.empty();
        } catch (UsersFile.Unusable e) {
            return Optional.of(e.text());
        }
    }
}
