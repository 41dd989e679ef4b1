package dev.millrace.app;

import dev.millrace.kernel.data.DataInUse;
import dev.millrace.kernel.shard.TargetTaken;
import dev.millrace.kv.rdb.BadFile;
import dev.millrace.kv.rdb.DumpLoad;
import dev.millrace.kv.rdb.RdbImport;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/** {@code millrace import FILE.rdb}: makes a data directory of what Redis has written. */
record ImportRdb(PrintStream out, Terminal terminal) implements Command {
    @Override
    public String name() {
        return "import";
    }

    @Override
    public String doc() {
        return "makes a data directory of a dump file of Redis, up to 7.0";
    }

    @Override
    public List<Option> operands() {
        return List.of(Option.operand("FILE", "the dump file"));
    }

    @Override
    public List<Option> options() {
        return List.of(new Option("--data", "DIR", "where to; empty or absent (default: data)"));
    }

    @Override
    public void run(Arguments arguments) throws Failed, IOException {
        Path file = Path.of(arguments.operand("FILE"));
        Path data = Path.of(arguments.last("--data").orElse("data"));
        try {
            DumpLoad.Loaded done =
                    RdbImport.run(
                            file,
                            data,
                            Clock.systemUTC(),
                            (bytes, all) -> terminal.progress("import", bytes, all));
            terminal.clear();
            out.println(
                    "%s: %d keys, left out: %d expired, %d without elements"
                            .formatted(data, done.keys(), done.expired(), done.empty()));
        } catch (DataInUse taken) {
            throw new Failed(Exit.UNAVAILABLE, String.valueOf(taken.getMessage()));
        } catch (TargetTaken taken) {
            throw new Failed(Exit.CANNOT_CREATE, String.valueOf(taken.getMessage()));
        } catch (NoSuchFileException missing) {
            throw new Failed(Exit.NO_INPUT, file + ": no such file");
        } catch (BadFile bad) {
            throw new Failed(Exit.DATA, String.valueOf(bad.getMessage()));
        } finally {
            terminal.clear();
        }
    }
}
