package dev.millrace.app;

import dev.millrace.kernel.admin.AdminRoom;

import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code millrace queue list|peek|requeue}: asks a running node what waits in its topics, and gives
 * dead letters another chance.
 */
record AskQueue(PrintStream out) implements Command {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final List<String> ACTIONS = List.of("list", "peek", "requeue");
    private static final List<String> PARAMETERS = List.of("topic", "channel", "count", "to");

    @Override
    public String name() {
        return "queue";
    }

    @Override
    public String doc() {
        return "what waits in a running node's topics; dead letters";
    }

    @Override
    public List<Option> operands() {
        return List.of(Option.operand("ACTION", "list, peek or requeue"));
    }

    @Override
    public List<Option> options() {
        return List.of(
                new Option("--topic", "TOPIC", "of which messages are shown, or go back"),
                new Option("--channel", "CHANNEL", "where the topic has several"),
                new Option("--count", "N", "how many are shown, 10 if nothing is said"),
                new Option("--to", "TOPIC", "where they go, without its .dead if nothing is said"),
                new Option("--port-offset", "N", "as the node was given"),
                new Option("--node", "HOST:PORT", "the node's admin.http.port"));
    }

    @Override
    public void run(Arguments arguments) throws Failed, IOException, InterruptedException {
        String action = arguments.operand("ACTION");
        if (!ACTIONS.contains(action)) {
            throw new Failed(Exit.USAGE, action + " (expected: one of " + ACTIONS + ")");
        }
        int port = AdminRoom.PORT.standard() + arguments.number("--port-offset", 0);
        String node = arguments.last("--node").orElse("127.0.0.1:" + port);
        if (!node.matches("([^/@?#:]+|\\[[0-9a-fA-F:.]+]):[0-9]{1,5}")) {
            throw new Failed(Exit.USAGE, "--node: " + node + " (expected: HOST:PORT)");
        }
        URI uri = URI.create("http://" + node + "/queue/" + action + "?" + query(arguments));
        HttpRequest.Builder request = HttpRequest.newBuilder(uri);
        if (action.equals("requeue")) {
            request.POST(BodyPublishers.noBody());
        }
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT).build()) {
            print(client.send(request.build(), BodyHandlers.ofString()));
        } catch (ConnectException nobody) {
            throw new Failed(
                    Exit.UNAVAILABLE,
                    node
                            + ": no node answers there (expected: a running node's"
                            + " admin.http.port, by --port-offset or --node)");
        }
    }

    private static String query(Arguments arguments) {
        List<String> words = new ArrayList<>();
        for (String name : PARAMETERS) {
            arguments
                    .last("--" + name)
                    .ifPresent(
                            value ->
                                    words.add(
                                            name
                                                    + "="
                                                    + URLEncoder.encode(
                                                            value, StandardCharsets.UTF_8)));
        }
        return String.join("&", words);
    }

    private void print(HttpResponse<String> answer) throws Failed {
        switch (answer.statusCode()) {
            case 200 -> out.print(answer.body());
            case 400, 404 -> throw new Failed(Exit.USAGE, answer.body().strip());
            case 503 -> throw new Failed(Exit.UNAVAILABLE, answer.body().strip());
            default -> throw new Failed(Exit.IO, answer.body().strip());
        }
    }
}
