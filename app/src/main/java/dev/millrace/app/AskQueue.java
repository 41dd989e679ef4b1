package dev.millrace.app;

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
import java.util.ArrayList;
import java.util.List;

/**
 * {@code millrace queue list|peek|requeue}: asks a running node what waits in its topics, and gives
 * dead letters another chance.
 */
record AskQueue(PrintStream out) implements Command {
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
        List<Option> all =
                new ArrayList<>(
                        List.of(
                                new Option(
                                        "--topic",
                                        "TOPIC",
                                        "of which messages are shown, or go back"),
                                new Option("--channel", "CHANNEL", "where the topic has several"),
                                new Option(
                                        "--count",
                                        "N",
                                        "how many are shown, 10 if nothing is said"),
                                new Option(
                                        "--to",
                                        "TOPIC",
                                        "where they go, without its .dead if nothing is said")));
        all.addAll(RunningNode.OPTIONS);
        return all;
    }

    @Override
    public void run(Arguments arguments) throws Failed, IOException, InterruptedException {
        String action = arguments.operand("ACTION");
        if (!ACTIONS.contains(action)) {
            throw new Failed(Exit.USAGE, action + " (expected: one of " + ACTIONS + ")");
        }
        RunningNode node = RunningNode.of(arguments);
        URI uri = node.uri("/queue/" + action + "?" + query(arguments));
        HttpRequest.Builder request = HttpRequest.newBuilder(uri);
        if (action.equals("requeue")) {
            request.POST(BodyPublishers.noBody());
        }
        try (HttpClient client = RunningNode.client()) {
            print(client.send(request.build(), BodyHandlers.ofString()));
        } catch (ConnectException nobody) {
            throw node.absent();
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
