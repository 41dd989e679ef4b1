package dev.millrace.bench.kv;

import dev.millrace.bench.server.Contestant;
import dev.millrace.bench.server.Durability;
import dev.millrace.bench.server.ServerUnderTest;
import dev.millrace.bench.server.Workspace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * What every row needs.
 *
 * @param subject the server that the targets are about
 * @param peer the server it is compared with
 * @param progress told what happens now; shown on a terminal only
 * @param commands told the command line of every start
 */
public record Bench(
        Contestant subject,
        Contestant peer,
        Effort effort,
        Workspace workspace,
        Consumer<String> progress,
        Consumer<String> commands) {
    /** The same with other servers. */
    Bench with(Contestant otherSubject, Contestant otherPeer) {
        return new Bench(otherSubject, otherPeer, effort, workspace, progress, commands);
    }

    /** Starts a server on an empty directory; returns once it answers PING. */
    ServerUnderTest start(Contestant contestant, Durability durability)
            throws IOException, InterruptedException {
        return start(contestant, durability, workspace.directory(contestant.name()));
    }

    /** Starts a server on a directory; returns once it answers PING. */
    ServerUnderTest start(Contestant contestant, Durability durability, Path data)
            throws IOException, InterruptedException {
        commands.accept(contestant.name() + ": " + contestant.template(durability));
        return ServerUnderTest.start(contestant, workspace, data, durability);
    }
}
