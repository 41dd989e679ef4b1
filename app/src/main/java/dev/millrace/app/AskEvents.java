package dev.millrace.app;

import dev.millrace.events.operator.StoredEvents;
import dev.millrace.kernel.data.DataInUse;
import dev.millrace.kernel.journal.CorruptJournalException;

import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code millrace events replay STREAM|'$all'}: prints events as lines of JSON, the oldest first:
 * the way to build a database again that is gone; of a running node, or of the data directory of
 * one that does not run. {@code millrace events scavenge}: gives the room back that events take
 * which nobody can read any more; of a running node.
 */
record AskEvents(PrintStream out, Terminal terminal) implements Command {
    private static final long LOOK_MILLIS = 100;

    @Override
    public String name() {
        return "events";
    }

    @Override
    public String doc() {
        return "prints events as lines of JSON; takes those away that nobody can read any more";
    }

    @Override
    public List<Option> operands() {
        return List.of(
                Option.operand("ACTION", "replay or scavenge"),
                Option.optional("STREAM", "replay: the stream's name, or '$all'"));
    }

    @Override
    public List<Option> options() {
        List<Option> all =
                new ArrayList<>(
                        List.of(
                                new Option(
                                        "--from", "N", "the first revision, or position of $all"),
                                Option.flag("--follow", "waits for more at the end"),
                                new Option(
                                        "--data",
                                        "DIR",
                                        "the data directory of a node that does not run")));
        all.addAll(RunningNode.OPTIONS);
        return all;
    }

    @Override
    public void run(Arguments arguments) throws Failed, IOException, InterruptedException {
        String action = arguments.operand("ACTION");
        switch (action) {
            case "replay" -> replay(arguments);
            case "scavenge" -> scavenge(RunningNode.of(arguments));
            default -> throw new Failed(Exit.USAGE, action + " (expected: replay or scavenge)");
        }
    }

    // ---- replay

    private void replay(Arguments arguments) throws Failed, IOException, InterruptedException {
        String stream =
                arguments
                        .last("STREAM")
                        .orElseThrow(() -> new Failed(Exit.USAGE, "STREAM is missing"));
        String from = arguments.last("--from").orElse("0");
        if (!from.matches("[0-9]{1,18}")) {
            throw new Failed(Exit.USAGE, "--from: " + from + " (expected: a number from 0 on)");
        }
        Optional<String> data = arguments.last("--data");
        if (data.isPresent()) {
            if (arguments.has("--follow")) {
                throw new Failed(Exit.USAGE, "--follow (expected: without --data)");
            }
            replayStored(Path.of(data.get()), stream, Long.parseLong(from));
            return;
        }
        RunningNode node = RunningNode.of(arguments);
        String name = URLEncoder.encode(stream, StandardCharsets.UTF_8);
        try (HttpClient client = RunningNode.client()) {
            replay(
                    client,
                    node,
                    "/events/replay?stream=" + name + "&from=",
                    from,
                    arguments.has("--follow"));
        } catch (ConnectException nobody) {
            throw node.absent();
        }
    }

    private void replayStored(Path data, String stream, long from) throws Failed, IOException {
        try (StoredEvents stored = StoredEvents.open(data, stream, Clock.systemUTC())) {
            boolean there =
                    stored.replay(
                            from,
                            line -> {
                                out.print(line);
                                return !out.checkError();
                            });
            if (!there) {
                throw new Failed(
                        Exit.USAGE, "stream: " + stream + " (expected: one that is there)");
            }
        } catch (DataInUse taken) {
            throw new Failed(Exit.UNAVAILABLE, String.valueOf(taken.getMessage()));
        } catch (NoSuchFileException missing) {
            throw new Failed(Exit.NO_INPUT, String.valueOf(missing.getMessage()));
        } catch (CorruptJournalException corrupt) {
            throw new Failed(Exit.DATA, String.valueOf(corrupt.getMessage()));
        }
    }

    private void replay(
            HttpClient client, RunningNode node, String path, String from, boolean follow)
            throws Failed, IOException, InterruptedException {
        String next = from;
        while (!out.checkError()) {
            HttpResponse<String> answer =
                    client.send(
                            HttpRequest.newBuilder(node.uri(path + next)).build(),
                            BodyHandlers.ofString());
            String body = answer.body();
            switch (answer.statusCode()) {
                case 200 -> {
                    // The first line says where to go on.
                }
                case 400, 404 -> throw new Failed(Exit.USAGE, body.strip());
                case 503 -> throw new Failed(Exit.UNAVAILABLE, body.strip());
                default -> throw new Failed(Exit.IO, body.strip());
            }
            int head = body.indexOf('\n');
            String[] words = body.substring(0, head).split(" ");
            out.print(body.substring(head + 1));
            next = words[1];
            if (words[2].equals("end")) {
                if (!follow) {
                    return;
                }
                Thread.sleep(LOOK_MILLIS);
            }
        }
    }

    // ---- scavenge

    private void scavenge(RunningNode node) throws Failed, IOException, InterruptedException {
        try (HttpClient client = RunningNode.client()) {
            HttpRequest order =
                    HttpRequest.newBuilder(node.uri("/events/scavenge"))
                            .POST(BodyPublishers.noBody())
                            .build();
            String told = body(client.send(order, BodyHandlers.ofString()));
            HttpRequest question = HttpRequest.newBuilder(node.uri("/events/scavenge")).build();
            while (told.startsWith("running")) {
                terminal.progress("scavenge: " + told);
                Thread.sleep(LOOK_MILLIS);
                told = body(client.send(question, BodyHandlers.ofString())).strip();
            }
            terminal.clear();
            if (told.startsWith("failed")) {
                throw new Failed(Exit.IO, told);
            }
            out.println(told);
        } catch (ConnectException nobody) {
            throw node.absent();
        } finally {
            terminal.clear();
        }
    }

    private static String body(HttpResponse<String> answer) throws Failed {
        String body = answer.body().strip();
        return switch (answer.statusCode()) {
            case 200 -> body;
            case 404, 405, 503 -> throw new Failed(Exit.UNAVAILABLE, body);
            case 409 -> throw new Failed(Exit.CANNOT_CREATE, body);
            default -> throw new Failed(Exit.IO, body);
        };
    }
}
