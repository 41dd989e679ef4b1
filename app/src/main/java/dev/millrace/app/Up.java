package dev.millrace.app;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.config.Settings;
import dev.millrace.kernel.config.Settings.Sources;
import dev.millrace.kernel.data.DataInUse;
import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.log.LineLog;
import dev.millrace.kernel.log.Log;
import dev.millrace.kernel.log.NettyLog;
import dev.millrace.kernel.net.CannotListen;
import dev.millrace.kernel.net.Network;
import dev.millrace.kernel.room.Room;
import dev.millrace.kernel.shard.TargetTaken;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code millrace up}: settings, then a node, then one table and {@code ready in N ms}. Standard
 * output has only those, so that a script may read them; log lines go to standard error.
 */
final class Up implements Command {
    private final PrintStream out;

    Up(PrintStream out) {
        this.out = out;
    }

    @Override
    public String name() {
        return "up";
    }

    @Override
    public String doc() {
        return "starts the rooms, and stays in the foreground until SIGTERM";
    }

    @Override
    public List<Option> options() {
        return UpOptions.ALL;
    }

    @Override
    public void run(Arguments arguments) throws Failed, InterruptedException {
        Node node = start(UpOptions.of(arguments));
        // Before anybody can know that it is there to be stopped.
        Runtime.getRuntime().addShutdownHook(stopping(node));
        announce(node);
        Thread.currentThread().join();
    }

    /** Prints what listens where, and that it is ready. */
    void announce(Node node) {
        out.print(Table.of(node.listeners()));
        out.println("ready in " + ProcessAge.now().toMillis() + " ms");
        out.flush();
    }

    /** Starts a node and hands it over. */
    Node start(UpOptions options) throws Failed, InterruptedException {
        Log log = LineLog.toStandardError(options.log(), Log.Level.INFO);
        NettyLog.into(log);
        Rooms rooms = Rooms.ofThisBuild();
        List<Room> selected = rooms.select(options.only());
        try {
            Settings settings =
                    Settings.read(
                            Node.settings(rooms.all()),
                            new Sources(
                                    options.config(), assignments(options), options.portOffset()));
            return Node.start(selected, settings, options.data(), log);
        } catch (BadSettings bad) {
            throw new Failed(Exit.CONFIG, String.valueOf(bad.getMessage()));
        } catch (DataInUse | CannotListen taken) {
            throw new Failed(Exit.UNAVAILABLE, String.valueOf(taken.getMessage()));
        } catch (TargetTaken backup) {
            throw new Failed(Exit.CANNOT_CREATE, String.valueOf(backup.getMessage()));
        } catch (CorruptJournalException corrupt) {
            throw new Failed(Exit.DATA, String.valueOf(corrupt.getMessage()));
        } catch (IOException failure) {
            throw new Failed(Exit.IO, String.valueOf(failure));
        }
    }

    /**
     * What stops the node when the process is told to end by SIGTERM or SIGINT, and then ends it.
     * The JVM would exit with 128 plus the signal's number; an ordered stop is a success, so the
     * hook ends the process itself.
     */
    private static Thread stopping(Node node) {
        return Thread.ofPlatform()
                .name("stop")
                .unstarted(() -> Runtime.getRuntime().halt(stop(node).code()));
    }

    private static Exit stop(Node node) {
        try {
            node.stop();
            return Exit.OK;
        } catch (IOException | InterruptedException lost) {
            return Exit.IO;
        } catch (RuntimeException ours) {
            return Exit.SOFTWARE;
        }
    }

    private static List<String> assignments(UpOptions options) {
        List<String> all = new ArrayList<>(options.assignments());
        if (options.insecure()) {
            all.add(Network.INSECURE.key() + "=true");
        }
        return all;
    }
}
