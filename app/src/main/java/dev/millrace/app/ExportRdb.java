package dev.millrace.app;

import dev.millrace.kernel.data.DataInUse;
import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kv.rdb.HalfCopy;
import dev.millrace.kv.rdb.RdbExport;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/**
 * {@code millrace export FILE.rdb}: writes a dump file that Redis 7.0 loads; no node runs on it.
 */
record ExportRdb(PrintStream out, Terminal terminal) implements Command {
    @Override
    public String name() {
        return "export";
    }

    @Override
    public String doc() {
        return "writes what a data directory holds to a dump file that Redis 7.0 loads";
    }

    @Override
    public List<Option> operands() {
        return List.of(Option.operand("FILE", "the dump file; replaced if it is there"));
    }

    @Override
    public List<Option> options() {
        return List.of(new Option("--data", "DIR", "data directory (default: data)"));
    }

    @Override
    public void run(Arguments arguments) throws Failed, IOException {
        Path file = Path.of(arguments.operand("FILE"));
        Path data = Path.of(arguments.last("--data").orElse("data"));
        try {
            long keys =
                    RdbExport.run(
                            data,
                            file,
                            Clock.systemUTC(),
                            (bytes, all) -> terminal.progress("export", bytes, all));
            terminal.clear();
            out.println(file + ": " + keys + " keys");
        } catch (DataInUse taken) {
            throw new Failed(Exit.UNAVAILABLE, String.valueOf(taken.getMessage()));
        } catch (NoSuchFileException missing) {
            throw new Failed(Exit.NO_INPUT, String.valueOf(missing.getMessage()));
        } catch (CorruptJournalException | HalfCopy unusable) {
            throw new Failed(Exit.DATA, String.valueOf(unusable.getMessage()));
        } finally {
            terminal.clear();
        }
    }
}
