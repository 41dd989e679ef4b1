package dev.millrace.kv.operator;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Help;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.info.Totals;
import dev.millrace.kv.session.Latencies;
import dev.millrace.kv.session.LatencySpikes;
import dev.millrace.kv.session.LatencySpikes.Sample;
import dev.millrace.kv.session.LatencySpikes.Series;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** LATENCY: what took long, and how long commands take. */
public final class LatencyEvents {
    private static final long NANOS_PER_MICRO = 1000;
    private static final long MILLIS_PER_SECOND = 1000;

    private static final String HELP =
            """
            DOCTOR
                Return a human readable latency analysis report.
            GRAPH <event>
                Return an ASCII latency graph for the <event> class.
            HISTORY <event>
                Return time-latency samples for the <event> class.
            LATEST
                Return the latest latency samples for all events.
            RESET [<event> ...]
                Reset latency data of one or more <event> classes.
                (default: reset all data for all event classes)
            HISTOGRAM [COMMAND ...]
                Return a cumulative distribution of latencies in the format of a histogram for the specified command names.
                If no commands are specified then all histograms are replied.
            """;

    private LatencyEvents() {}

    private static Command.Builder latency(String name, int arity) {
        return Command.named(name)
                .since("2.8.13")
                .group("server")
                .complexity("O(1)")
                .arity(arity)
                .flags(Flag.ADMIN, Flag.NOSCRIPT, Flag.LOADING, Flag.STALE);
    }

    public static List<Command> all() {
        return List.of(
                Command.named("latency")
                        .since("2.8.13")
                        .group("server")
                        .complexity("Depends on subcommand.")
                        .summary("A container for latency diagnostics commands")
                        .arity(-2)
                        .contains(
                                latency("doctor", 2)
                                        .summary("Return a human readable latency analysis report.")
                                        .tips(
                                                "nondeterministic_output",
                                                "request_policy:all_nodes",
                                                "response_policy:special")
                                        .does(LatencyEvents::doctor),
                                latency("graph", 3)
                                        .summary("Return a latency graph for the event.")
                                        .tips(
                                                "nondeterministic_output",
                                                "request_policy:all_nodes",
                                                "response_policy:special")
                                        .does(LatencyEvents::graph),
                                Help.declared("2.8.13", "server")
                                        .summary(
                                                "Show helpful text about the different subcommands.")
                                        .does(Help.answering("latency", HELP)),
                                latency("histogram", -2)
                                        .since("7.0.0")
                                        .complexity(
                                                "O(N) where N is the number of commands with"
                                                        + " latency information being retrieved.")
                                        .summary(
                                                "Return the cumulative distribution of latencies"
                                                        + " of a subset of commands or all.")
                                        .tips(
                                                "nondeterministic_output",
                                                "request_policy:all_nodes",
                                                "response_policy:special")
                                        .does(LatencyEvents::histogram),
                                latency("history", 3)
                                        .summary("Return timestamp-latency samples for the event.")
                                        .tips(
                                                "nondeterministic_output",
                                                "request_policy:all_nodes",
                                                "response_policy:special")
                                        .does(LatencyEvents::history),
                                latency("latest", 2)
                                        .summary(
                                                "Return the latest latency samples for all events.")
                                        .tips(
                                                "nondeterministic_output",
                                                "request_policy:all_nodes",
                                                "response_policy:special")
                                        .does(LatencyEvents::latest),
                                latency("reset", -2)
                                        .summary("Reset latency data for one or more events.")
                                        .tips(
                                                "request_policy:all_nodes",
                                                "response_policy:all_succeeded")
                                        .does(LatencyEvents::reset)));
    }

    private static void doctor(Call call) {
        call.reply().verbatim(new LatencyReport(call.server()).write());
    }

    private static Optional<Series> named(Call call) {
        String event = call.text(2);
        return call.server().latencySpikes().all().stream()
                .filter(series -> series.event().equals(event))
                .findAny();
    }

    private static void graph(Call call) {
        Series series =
                named(call)
                        .orElseThrow(
                                () ->
                                        new Refusal(
                                                "ERR No samples available for event '"
                                                        + call.shown(2)
                                                        + "'"));
        call.reply().verbatim(LatencyGraph.of(series, call.nowMillis() / MILLIS_PER_SECOND));
    }

    private static void history(Call call) {
        List<Sample> samples = named(call).map(Series::samples).orElse(List.of());
        call.reply().array(samples.size());
        for (Sample sample : samples) {
            call.reply().array(2);
            call.reply().integer(sample.atSeconds());
            call.reply().integer(sample.millis());
        }
    }

    private static void latest(Call call) {
        List<Series> all = call.server().latencySpikes().all();
        call.reply().array(all.size());
        for (Series series : all) {
            Sample last = series.samples().getLast();
            call.reply().array(4);
            call.reply().bulk(series.event());
            call.reply().integer(last.atSeconds());
            call.reply().integer(last.millis());
            call.reply().integer(series.worstMillis());
        }
    }

    private static void reset(Call call) {
        LatencySpikes spikes = call.server().latencySpikes();
        int reset = 0;
        if (call.count() == 2) {
            for (Series series : spikes.all()) {
                reset += spikes.reset(series.event()) ? 1 : 0;
            }
        }
        for (int i = 2; i < call.count(); i++) {
            reset += spikes.reset(call.text(i)) ? 1 : 0;
        }
        call.reply().integer(reset);
    }

    private static void histogram(Call call) {
        Totals totals = new Totals(call.server());
        List<Command> wanted = new ArrayList<>();
        for (Command command : Totals.commands(call.server())) {
            if (isNamed(call, command) && totals.latencies(command).count() > 0) {
                wanted.add(command);
            }
        }
        call.reply().map(wanted.size());
        for (Command command : wanted) {
            call.reply().bulk(command.fullName());
            answer(call, totals.latencies(command));
        }
    }

    /** A container's name stands for its subcommands. */
    private static boolean isNamed(Call call, Command command) {
        boolean named = call.count() == 2;
        for (int i = 2; i < call.count(); i++) {
            String name = call.text(i).toLowerCase(Locale.ROOT);
            named |= command.fullName().equals(name) || command.fullName().startsWith(name + "|");
        }
        return named;
    }

    /** Counts up to each power of two of microseconds at which they grow. */
    private static void answer(Call call, Latencies latencies) {
        List<Long> steps = new ArrayList<>();
        long all = latencies.count();
        long before = 0;
        for (long micros = 1; before < all && micros > 0; micros *= 2) {
            long count = latencies.atMost(micros * NANOS_PER_MICRO * 1024 / 1000);
            if (count > before) {
                steps.add(micros);
                steps.add(count);
            }
            before = count;
        }
        call.reply().map(2);
        call.reply().bulk("calls");
        call.reply().integer(all);
        call.reply().bulk("histogram_usec");
        call.reply().map(steps.size() / 2);
        steps.forEach(call.reply()::integer);
    }
}
