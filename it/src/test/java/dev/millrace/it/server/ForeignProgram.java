package dev.millrace.it.server;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A program that others wrote and that a test needs. Where it is missing the test fails with the
 * name of the package to install: a skipped test would be one that silently never runs.
 *
 * @param name the program's file name
 * @param debian the Debian package that holds it
 */
public record ForeignProgram(String name, String debian) {
    /** The Redis server that answers are compared with. */
    public static final ForeignProgram REDIS_SERVER =
            new ForeignProgram("redis-server", "redis-server");

    /** Redis's own client. */
    public static final ForeignProgram REDIS_CLI = new ForeignProgram("redis-cli", "redis-tools");

    /**
     * The broker that AMQP answers are compared with, without the wrapper that changes the user.
     */
    public static final Path RABBITMQ_SERVER = Path.of("/usr/lib/rabbitmq/bin/rabbitmq-server");

    /** Makes the system calls of another process fail. */
    public static final ForeignProgram STRACE = new ForeignProgram("strace", "strace");

    /** Runs what is written in JavaScript. */
    public static final ForeignProgram NODE = new ForeignProgram("node", "nodejs");

    /** Brings what others wrote in it. */
    public static final ForeignProgram NPM = new ForeignProgram("npm", "npm");

    /** Builds and runs what is written in Go. */
    public static final ForeignProgram GO = new ForeignProgram("go", "golang-go");

    /** Turns a key from one form into another. */
    public static final ForeignProgram OPENSSL = new ForeignProgram("openssl", "openssl");

    /** The program's path; fails the calling test if there is none. */
    public Path require() {
        for (String folder : folders()) {
            Path file = Path.of(folder, name);
            if (Files.isExecutable(file)) {
                return file;
            }
        }
        throw missing(name, debian);
    }

    /** The same for a file that is no program, as of a library. */
    public static void requireFile(Path file, String debian) {
        if (!Files.exists(file)) {
            throw missing(file.toString(), debian);
        }
    }

    private static AssertionError missing(String name, String debian) {
        return new AssertionError(name + " is missing: install the Debian package " + debian);
    }

    private static String[] folders() {
        String path = System.getenv("PATH");
        String all = path == null ? "/usr/bin" : path + File.pathSeparator + "/usr/bin";
        return all.split(File.pathSeparator);
    }
}
