package dev.millrace.app;

import dev.millrace.kernel.data.DataInUse;
import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.shard.Restore;
import dev.millrace.kernel.shard.TargetTaken;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** {@code millrace restore DIR}: makes a data directory of a backup; no node runs on it. */
record RestoreBackup(PrintStream out, Terminal terminal) implements Command {
    @Override
    public String name() {
        return "restore";
    }

    @Override
    public String doc() {
        return "makes a data directory of a backup, or of another data directory at rest";
    }

    @Override
    public List<Option> operands() {
        return List.of(Option.operand("DIR", "the backup"));
    }

    @Override
    public List<Option> options() {
        return List.of(
                new Option("--data", "DIR", "where to; empty or absent (default: data)"),
                new Option(
                        "--to",
                        "TIME",
                        "as it was then, to 100 ms: 2026-11-20T10:00:00.5Z, or ms since 1970"));
    }

    @Override
    public void run(Arguments arguments) throws Failed, IOException {
        Path source = Path.of(arguments.operand("DIR"));
        Path data = Path.of(arguments.last("--data").orElse("data"));
        OptionalLong to = time(arguments.last("--to"));
        try {
            Restore.Restored restored =
                    new Restore(
                                    source,
                                    data,
                                    (done, all) -> terminal.progress("restore", done, all))
                            .run(to);
            terminal.clear();
            String left =
                    to.isPresent() ? ", " + restored.left() + " later positions left out" : "";
            out.println(
                    data
                            + ": checkpoint "
                            + restored.checkpoint()
                            + ", journal to "
                            + restored.end()
                            + left);
        } catch (DataInUse taken) {
            throw new Failed(Exit.UNAVAILABLE, String.valueOf(taken.getMessage()));
        } catch (TargetTaken taken) {
            throw new Failed(Exit.CANNOT_CREATE, String.valueOf(taken.getMessage()));
        } catch (Restore.TooEarly early) {
            throw new Failed(Exit.USAGE, String.valueOf(early.getMessage()));
        } catch (NoSuchFileException missing) {
            throw new Failed(Exit.NO_INPUT, String.valueOf(missing.getMessage()));
        } catch (CorruptJournalException corrupt) {
            throw new Failed(Exit.DATA, String.valueOf(corrupt.getMessage()));
        } finally {
            terminal.clear();
        }
    }

    private static OptionalLong time(Optional<String> text) throws Failed {
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        String given = text.get();
        try {
            return OptionalLong.of(
                    given.matches("[0-9]{1,18}")
                            ? Long.parseLong(given)
                            : OffsetDateTime.parse(given).toInstant().toEpochMilli());
        } catch (DateTimeException | ArithmeticException bad) {
            throw new Failed(
                    Exit.USAGE,
                    "--to: "
                            + given
                            + " (expected: as 2026-11-20T10:00:00.5Z or"
                            + " 2026-11-20T11:00:00+01:00, or ms since 1970)");
        }
    }
}
