package dev.millrace.app;

import dev.millrace.kernel.Version;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;

/** The process's entry point: one command, one exit code. */
public final class Main {
    private final Rooms rooms;
    private final PrintStream out;
    private final PrintStream err;

    Main(Rooms rooms, PrintStream out, PrintStream err) {
        this.rooms = rooms;
        this.out = out;
        this.err = err;
    }

    /** Runs the command that the first argument names. */
    public static void main(String[] arguments) {
        Main main = new Main(Rooms.ofThisBuild(), System.out, System.err);
        System.exit(main.run(List.of(arguments)).code());
    }

    Exit run(List<String> arguments) {
        CommandLine line = new CommandLine(spec());
        try {
            return run(line, line.parseArgs(arguments.toArray(String[]::new)));
        } catch (ParameterException wrong) {
            err.println("millrace: " + wrong.getMessage());
            wrong.getCommandLine().usage(err);
            return Exit.USAGE;
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

    private Exit run(CommandLine line, ParseResult parsed)
            throws Failed, IOException, InterruptedException {
        if (!parsed.hasSubcommand()) {
            line.usage(parsed.isUsageHelpRequested() ? out : err);
            return parsed.isUsageHelpRequested() ? Exit.OK : Exit.USAGE;
        }
        ParseResult command = parsed.subcommand();
        CommandSpec spec = command.commandSpec();
        if (command.isUsageHelpRequested()) {
            spec.commandLine().usage(out);
            return Exit.OK;
        }
        switch (spec.name()) {
            case "up" -> new Up(rooms, out).serve(UpOptions.of(command));
            case "train" -> Train.run(rooms);
            case "version" -> out.println("millrace " + Version.ofPackageOf(Main.class));
            default -> line.usage(out);
        }
        return Exit.OK;
    }

    private static CommandSpec spec() {
        CommandSpec millrace = CommandSpec.create().name("millrace");
        millrace.usageMessage().description("The back end of the internet in one process.");
        millrace.addOption(
                CommandLine.Model.OptionSpec.builder("-h", "--help")
                        .type(boolean.class)
                        .usageHelp(true)
                        .description("this text")
                        .build());
        millrace.addSubcommand("up", UpOptions.spec());
        millrace.addSubcommand("version", command("version", "Prints the version."));
        millrace.addSubcommand("help", command("help", "Prints this text."));
        CommandSpec train = command("train", "");
        train.usageMessage().hidden(true);
        millrace.addSubcommand("train", train);
        return millrace;
    }

    private static CommandSpec command(String name, String doc) {
        CommandSpec spec = CommandSpec.create().name(name);
        spec.usageMessage().description(doc);
        return spec;
    }
}
