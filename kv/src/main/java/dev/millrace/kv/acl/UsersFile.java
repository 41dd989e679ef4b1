package dev.millrace.kv.acl;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A file of users as ACL LOAD reads and ACL SAVE writes it: a line {@code user NAME RULE...} each,
 * empty lines, and nothing else. One thing wrong and nothing of it is taken.
 */
final class UsersFile {
    /** More than this is no file of users. */
    private static final long BYTES_MAX = 64L << 20;

    private static final String NOTHING_CHANGED =
            "WARNING: ACL errors detected, no change to the previously active ACL rules was"
                    + " performed";

    /** The file is not to be had, or says what cannot be; its message is Redis's. */
    static final class Unusable extends Exception {
        private static final long serialVersionUID = 1;

        Unusable(String message) {
            super(message);
        }

        String text() {
            return String.valueOf(getMessage());
        }
    }

    private final String path;

    UsersFile(String path) {
        this.path = path;
    }

    /**
     * Reads all users; blocks.
     *
     * @param fresh makes the rights of a user that nothing is said of
     */
    Map<String, Rights> read(Supplier<Rights> fresh) throws Unusable {
        try {
            if (Files.size(Path.of(path)) > BYTES_MAX) {
                throw new Unusable(
                        "Error loading ACLs, opening file '" + path + "': File too large");
            }
            return parse(path, Names.of(Files.readAllBytes(Path.of(path))), fresh);
        } catch (NoSuchFileException e) {
            throw cannotOpen("No such file or directory");
        } catch (AccessDeniedException e) {
            throw cannotOpen("Permission denied");
        } catch (IOException e) {
            throw cannotOpen(String.valueOf(e.getMessage()));
        }
    }

    private Unusable cannotOpen(String why) {
        return new Unusable("Error loading ACLs, opening file '" + path + "': " + why);
    }

    /** Makes users of what a file says; {@code path} is for the messages. */
    static Map<String, Rights> parse(String path, String text, Supplier<Rights> fresh)
            throws Unusable {
        Map<String, Rights> users = new TreeMap<>();
        StringBuilder errors = new StringBuilder();
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            String trimmed = trimmed(line);
            if (!trimmed.isEmpty()) {
                new Line(path, number, Arrays.asList(trimmed.split(" ", -1)))
                        .read(users, fresh, errors);
            }
        }
        if (!errors.isEmpty()) {
            throw new Unusable(errors + NOTHING_CHANGED);
        }
        return users;
    }

    private static String trimmed(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && " \t\r\n".indexOf(text.charAt(from)) >= 0) {
            from++;
        }
        while (to > from && " \t\r\n".indexOf(text.charAt(to - 1)) >= 0) {
            to--;
        }
        return text.substring(from, to);
    }

    /** A line that is not empty. */
    private record Line(String path, int number, List<String> words) {
        void read(Map<String, Rights> users, Supplier<Rights> fresh, StringBuilder errors) {
            if (words.size() < 2 || !words.getFirst().equals("user")) {
                errors.append(place())
                        .append(" should start with user keyword followed by the username. ");
                return;
            }
            String name = words.get(1);
            if (Words.haveSpaces(name)) {
                errors.append('\'')
                        .append(place())
                        .append(": username '")
                        .append(name)
                        .append("' contains invalid characters. ");
                return;
            }
            if (users.containsKey(name)) {
                errors.append("WARNING: Duplicate user '")
                        .append(name)
                        .append("' found on line ")
                        .append(number)
                        .append(". ");
                return;
            }
            Rights rights = fresh.get();
            users.put(name, rights);
            try {
                apply(Words.merged(words.subList(2, words.size())), rights, errors);
            } catch (Words.Unmatched e) {
                errors.append(place()).append(": Unmatched parenthesis in selector definition.");
            }
        }

        private String place() {
            return path + ":" + number;
        }

        /** Of several rules that are wrong in their form the first is told. */
        private void apply(List<String> rules, Rights rights, StringBuilder errors) {
            boolean told = false;
            for (String rule : rules) {
                String trimmed = rule.strip();
                try {
                    rights.apply(trimmed);
                } catch (BadRule bad) {
                    if (bad.isUnknownCommand()) {
                        errors.append(place())
                                .append(": Error in applying operation '")
                                .append(trimmed)
                                .append("': ")
                                .append(bad.text())
                                .append(". ");
                    } else if (!told) {
                        told = true;
                        errors.append(place()).append(": ").append(bad.text()).append(". ");
                    }
                }
            }
        }
    }

    /**
     * Writes all users, beside first and then in place, with the permissions that the file has;
     * blocks. One at a time: see {@link Users#saveTo}.
     */
    void write(List<User> users) throws IOException {
        StringBuilder text = new StringBuilder();
        users.forEach(user -> text.append(line(user)).append('\n'));
        Path file = Path.of(path).toAbsolutePath();
        Path beside =
                file.resolveSibling(file.getFileName() + ".tmp-" + ProcessHandle.current().pid());
        try {
            Files.deleteIfExists(
                    beside); // A killed process's; or a link, which to follow is wrong.
            try (FileChannel channel =
                    FileChannel.open(
                            beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                if (Files.exists(file)) { // Before there is anything to read.
                    Files.setPosixFilePermissions(beside, Files.getPosixFilePermissions(file));
                }
                ByteBuffer bytes = ByteBuffer.wrap(Names.bytes(text.toString()));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
                folder.force(true);
            }
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    /** As ACL LIST and the file have it. */
    static String line(User user) {
        return "user " + user.name() + " " + user.rights().text();
    }

    /** The words of several definitions, one a line or between semicolons. */
    static List<String> definitions(String text) {
        List<String> found = new ArrayList<>();
        for (String definition : text.split("[;\n]", -1)) {
            if (!definition.isBlank()) {
                found.add(definition.strip());
            }
        }
        return found;
    }
}
