package dev.millrace.app;

import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code millrace events replay STREAM|'$all'}: prints a running node's events as lines of JSON,
 * the oldest first: the way to build a database again that is gone.
 */
record ReplayEvents(PrintStream out) implements Command {
    private static final long LOOK_MILLIS = 100;

    @Override
    public String name() {
        return "events";
    }

    @Override
    public String doc() {
        return "prints the events of a running node as lines of JSON";
    }

    @Override
    public List<Option> operands() {
        return List.of(
                Option.operand("ACTION", "replay"),
                Option.operand("STREAM", "the stream's name, or '$all'"));
    }

    @Override
    public List<Option> options() {
        List<Option> all =
                new ArrayList<>(
                        List.of(
                                new Option(
                                        "--from", "N", "the first revision, or position of $all"),
                                Option.flag("--follow", "waits for more at the end")));
        all.addAll(RunningNode.OPTIONS);
        return all;
    }

    @Override
    public void run(Arguments arguments) throws Failed, IOException, InterruptedException {
        String action = arguments.operand("ACTION");
        if (!action.equals("replay")) {
            throw new Failed(Exit.USAGE, action + " (expected: replay)");
        }
        String from = arguments.last("--from").orElse("0");
        if (!from.matches("[0-9]{1,18}")) {
            throw new Failed(Exit.USAGE, "--from: " + from + " (expected: a number from 0 on)");
        }
        RunningNode node = RunningNode.of(arguments);
        String stream = URLEncoder.encode(arguments.operand("STREAM"), StandardCharsets.UTF_8);
        try (HttpClient client = RunningNode.client()) {
            replay(
                    client,
                    node,
                    "/events/replay?stream=" + stream + "&from=",
                    from,
                    arguments.has("--follow"));
        } catch (ConnectException nobody) {
            throw node.absent();
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
}
