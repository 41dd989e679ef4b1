package dev.millrace.app;

import dev.millrace.kernel.data.DataFolder;
import dev.millrace.kernel.data.DataInUse;
import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.shard.Repair;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code millrace repair}: says what is wrong with a data directory, and cuts its journal at the
 * damage once that is confirmed, or ordered by {@code --yes}.
 */
record RepairData(PrintStream out, Terminal terminal) implements Command {
    @Override
    public String name() {
        return "repair";
    }

    @Override
    public String doc() {
        return "says what is wrong with a data directory, and cuts its journal at the damage";
    }

    @Override
    public List<Option> options() {
        return List.of(
                new Option("--data", "DIR", "data directory (default: data)"),
                Option.flag("--yes", "cut without asking"));
    }

    @Override
    public void run(Arguments arguments) throws Failed, IOException {
        Path data = Path.of(arguments.last("--data").orElse("data"));
        if (!Files.isDirectory(data)) {
            throw new Failed(Exit.NO_INPUT, data + ": no data directory");
        }
        terminal.progress("repair: every frame is being checked");
        try (DataFolder owned = DataFolder.open(data);
                Repair repair = Repair.examine(owned.path())) {
            terminal.clear();
            repair(repair, arguments.has("--yes"), data);
        } catch (DataInUse taken) {
            throw new Failed(Exit.UNAVAILABLE, String.valueOf(taken.getMessage()));
        } catch (NoSuchFileException missing) {
            throw new Failed(Exit.NO_INPUT, String.valueOf(missing.getMessage()));
        } catch (CorruptJournalException newer) {
            throw new Failed(Exit.DATA, String.valueOf(newer.getMessage()));
        } finally {
            terminal.clear();
        }
    }

    private void repair(Repair repair, boolean yes, Path data) throws Failed, IOException {
        repair.findings().forEach(out::println);
        if (!repair.incurable().isEmpty()) {
            throw new Failed(Exit.DATA, repair.incurable());
        }
        if (repair.findings().isEmpty()) {
            out.println(data + ": nothing is wrong");
            return;
        }
        boolean wished = yes || terminal.confirms("Cut off what stands behind, and keep it aside?");
        if (!wished) {
            throw new Failed(Exit.DATA, "nothing was changed (--yes cuts without asking)");
        }
        repair.cut().forEach(name -> out.println("saved: " + data.resolve(name)));
        out.println(data + ": repaired");
    }
}
