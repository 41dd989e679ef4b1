package dev.millrace.app;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What {@code up} was told on the command line. */
record UpOptions(
        Path data,
        Optional<Path> config,
        List<String> assignments,
        List<String> only,
        int portOffset,
        boolean insecure,
        String log) {

    /** Options as a model, not as annotated fields: nothing is looked up by reflection at start. */
    static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("up").mixinStandardHelpOptions(false);
        spec.usageMessage().description("Starts, and stays in the foreground.");
        List.of(
                        one("--data", "DIR", Path.class, "data directory (default: data)"),
                        one("--config", "FILE", Path.class, "YAML file of settings"),
                        many("--set", "KEY=VALUE", "", "one setting; overrules the file"),
                        many("--only", "ROOM", ",", "start these rooms and no others"),
                        one("--port-offset", "N", int.class, "added to every default port"),
                        one("--log", "FORM", String.class, "text or json, on standard error"),
                        flag("--insecure", "bind wider than loopback without authentication"),
                        flag("--help", "this text").usageHelp(true))
                .forEach(option -> spec.addOption(option.build()));
        return spec;
    }

    static UpOptions of(ParseResult parsed) {
        return new UpOptions(
                parsed.matchedOptionValue("--data", Path.of("data")),
                Optional.ofNullable(parsed.<Path>matchedOptionValue("--config", null)),
                parsed.matchedOptionValue("--set", List.of()),
                parsed.matchedOptionValue("--only", List.of()),
                parsed.matchedOptionValue("--port-offset", 0),
                parsed.matchedOptionValue("--insecure", false),
                parsed.matchedOptionValue("--log", "text"));
    }

    private static OptionSpec.Builder one(String name, String label, Class<?> type, String doc) {
        return OptionSpec.builder(name).paramLabel(label).type(type).description(doc);
    }

    private static OptionSpec.Builder many(
            String name, String label, String separator, String doc) {
        OptionSpec.Builder option =
                one(name, label, List.class, doc).auxiliaryTypes(String.class).arity("1");
        return separator.isEmpty() ? option : option.splitRegex(separator);
    }

    private static OptionSpec.Builder flag(String name, String doc) {
        return OptionSpec.builder(name).type(boolean.class).description(doc);
    }
}
