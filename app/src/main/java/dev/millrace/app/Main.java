package dev.millrace.app;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The process's entry point: one command, one exit code. */
public final class Main {
    private final List<Command> commands;
    private final PrintStream out;
    private final PrintStream err;

    Main(List<Command> commands, PrintStream out, PrintStream err) {
        this.commands = commands;
        this.out = out;
        this.err = err;
    }

    /** Runs the command that the first argument names. */
    public static void main(String[] arguments) {
        Main main = new Main(commands(System.out), System.out, System.err);
        System.exit(main.run(List.of(arguments)).code());
    }

    /** Every command of this build; a new one is added here and nowhere else. */
    static List<Command> commands(PrintStream out) {
        Terminal terminal = Terminal.ofProcess();
        return List.of(
                new Up(out),
                new TakeBackup(out, terminal),
                new RestoreBackup(out, terminal),
                new RepairData(out, terminal),
                new ImportRdb(out, terminal),
                new ExportRdb(out, terminal),
                new AskQueue(out),
                new AskEvents(out, terminal),
                new ShowVersion(out),
                new Train(out));
    }

    Exit run(List<String> words) {
        String name = words.isEmpty() ? "" : words.getFirst();
        if (name.equals("help") || name.equals("--help") || name.equals("-h")) {
            out.print(usage());
            return Exit.OK;
        }
        Optional<Command> named =
                commands.stream().filter(command -> command.name().equals(name)).findFirst();
        if (named.isEmpty()) {
            err.print(name.isEmpty() ? "" : "millrace: " + name + ": no such command\n");
            err.print(usage());
            return Exit.USAGE;
        }
        List<String> rest = words.subList(1, words.size());
        if (rest.contains("--help") || rest.contains("-h")) {
            out.print(usage(named.get()));
            return Exit.OK;
        }
        return run(named.get(), rest);
    }

    private Exit run(Command command, List<String> rest) {
        try {
            command.run(Arguments.of(rest, command.options(), command.operands()));
            return Exit.OK;
        } catch (Failed failed) {
            String.valueOf(failed.getMessage())
                    .lines()
                    .forEach(complaint -> err.println("millrace: " + complaint));
            return failed.exit();
        } catch (IOException failure) {
            err.println("millrace: " + failure);
            return Exit.IO;
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            return Exit.OK;
        }
    }

    private String usage() {
        List<List<String>> rows = new ArrayList<>();
        for (Command command : commands) {
            if (!command.doc().isEmpty()) {
                rows.add(List.of("  " + command.name(), command.doc()));
            }
        }
        return "usage: millrace COMMAND [--help]\n" + Table.aligned(rows);
    }

    private static String usage(Command command) {
        List<List<String>> rows = new ArrayList<>();
        StringBuilder head = new StringBuilder("usage: millrace " + command.name());
        for (Option operand : command.operands()) {
            head.append(' ').append(operand);
            rows.add(List.of("  " + operand, operand.doc()));
        }
        for (Option option : command.options()) {
            rows.add(List.of("  " + option, option.doc()));
        }
        if (!command.options().isEmpty()) {
            head.append(" [OPTION]...");
        }
        return rows.isEmpty()
                ? head + "\n"
                : head + "\n" + command.doc() + "\n" + Table.aligned(rows);
    }
}
