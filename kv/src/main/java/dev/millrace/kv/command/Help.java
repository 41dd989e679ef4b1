package dev.millrace.kv.command;

import java.util.List;
import java.util.Locale;

/** The HELP subcommand that every container has. */
public final class Help {
    private Help() {}

    /** Declares it. */
    public static Command.Builder declared(String since, String group) {
        return Command.named("help")
                .since(since)
                .group(group)
                .complexity("O(1)")
                .summary("Show helpful text about the different subcommands")
                .arity(2)
                .flags(Flag.LOADING, Flag.STALE);
    }

    /** Answers these lines between Redis's first one and its last two. */
    public static Command.Handler answering(String container, String text) {
        List<String> lines = text.lines().toList();
        return call -> {
            call.reply().array(lines.size() + 3);
            call.reply()
                    .simple(
                            container.toUpperCase(Locale.ROOT)
                                    + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
            lines.forEach(call.reply()::simple);
            call.reply().simple("HELP");
            call.reply().simple("    Prints this help.");
        };
    }

    /** Redis's no to a subcommand that exists but not in this form. */
    public static Refusal wrongForm(Call call) {
        return new Refusal(
                "ERR unknown subcommand or wrong number of arguments for '"
                        + call.shown(1)
                        + "'. Try "
                        + call.text(0).toUpperCase(Locale.ROOT)
                        + " HELP.");
    }
}
