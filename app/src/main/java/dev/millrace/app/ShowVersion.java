package dev.millrace.app;

import dev.millrace.kernel.Version;

import java.io.PrintStream;
import java.util.List;

/** {@code millrace version}. */
record ShowVersion(PrintStream out) implements Command {
    @Override
    public String name() {
        return "version";
    }

    @Override
    public String doc() {
        return "prints the version";
    }

    @Override
    public List<Option> options() {
        return List.of();
    }

    @Override
    public void run(Arguments arguments) {
        out.println("millrace " + Version.ofPackageOf(Main.class));
    }
}
