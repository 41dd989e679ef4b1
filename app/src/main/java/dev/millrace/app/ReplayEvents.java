package dev.millrace.app;

import dev.millrace.kernel.admin.AdminRoom;

import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * {@code millrace events replay STREAM|'$all'}: prints a running node's events as lines of JSON,
 * the oldest first: the way to build a database again that is gone.
 */
record ReplayEvents(PrintStream out) implements Command {
    private static final Duration CONNECT = Duration.ofSeconds(5);
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
        return List.of(
                new Option("--from", "N", "the first revision, or position of $all"),
                Option.flag("--follow", "waits for more at the end"),
                new Option("--port-offset", "N", "as the node was given"),
                new Option("--node", "HOST:PORT", "the node's admin.http.port"));
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
        int port = AdminRoom.PORT.standard() + arguments.number("--port-offset", 0);
        String node = arguments.last("--node").orElse("127.0.0.1:" + port);
        if (!node.matches("([^/@?#:]+|\\[[0-9a-fA-F:.]+]):[0-9]{1,5}")) {
            throw new Failed(Exit.USAGE, "--node: " + node + " (expected: HOST:PORT)");
        }
        String stream = URLEncoder.encode(arguments.operand("STREAM"), StandardCharsets.UTF_8);
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT).build()) {
            replay(
                    client,
                    "http://" + node + "/events/replay?stream=" + stream + "&from=",
                    from,
                    arguments.has("--follow"));
        } catch (ConnectException nobody) {
            throw new Failed(
                    Exit.UNAVAILABLE,
                    node
                            + ": no node answers there (expected: a running node's"
                            + " admin.http.port, by --port-offset or --node)");
        }
    }

    private void replay(HttpClient client, String uri, String from, boolean follow)
            throws Failed, IOException, InterruptedException {
        String next = from;
        while (!out.checkError()) {
            HttpResponse<String> answer =
                    client.send(
                            HttpRequest.newBuilder(URI.create(uri + next)).build(),
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
