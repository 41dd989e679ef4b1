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
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * {@code millrace backup DIR}: asks a running node to write a backup of itself to a directory of
 * its own machine, and waits until it is whole.
 */
record TakeBackup(PrintStream out, Terminal terminal) implements Command {
    private static final long LOOK_MILLIS = 200;

    @Override
    public String name() {
        return "backup";
    }

    @Override
    public String doc() {
        return "copies a running node's data, while it serves";
    }

    @Override
    public List<Option> operands() {
        return List.of(Option.operand("DIR", "where to, on the node's machine; empty or absent"));
    }

    @Override
    public List<Option> options() {
        return RunningNode.OPTIONS;
    }

    @Override
    public void run(Arguments arguments) throws Failed, IOException, InterruptedException {
        RunningNode node = RunningNode.of(arguments);
        Path target = Path.of(arguments.operand("DIR")).toAbsolutePath().normalize();
        String dir = URLEncoder.encode(target.toString(), StandardCharsets.UTF_8);
        try (HttpClient client = RunningNode.client()) {
            HttpRequest order =
                    HttpRequest.newBuilder(node.uri("/backup?dir=" + dir))
                            .POST(HttpRequest.BodyPublishers.noBody())
                            .build();
            HttpResponse<String> answer = answer(client, order, node);
            if (answer.statusCode() != 200) {
                throw new Failed(exit(answer.statusCode()), answer.body().strip());
            }
            out.print(answer.body());
        } finally {
            terminal.clear();
        }
    }

    private HttpResponse<String> answer(HttpClient client, HttpRequest order, RunningNode node)
            throws Failed, IOException, InterruptedException {
        CompletableFuture<HttpResponse<String>> made =
                client.sendAsync(order, BodyHandlers.ofString());
        while (true) {
            try {
                return made.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException notYet) {
                showProgress(client, node);
            } catch (ExecutionException failed) {
                switch (failed.getCause()) {
                    case ConnectException nobody -> throw node.absent();
                    case IOException broken -> throw broken;
                    case null, default -> throw new IOException(failed);
                }
            }
        }
    }

    private void showProgress(HttpClient client, RunningNode node)
            throws IOException, InterruptedException {
        if (!terminal.isThere()) {
            return;
        }
        HttpRequest question = HttpRequest.newBuilder(node.uri("/backup")).build();
        terminal.progress(
                "backup: " + client.send(question, BodyHandlers.ofString()).body().strip());
    }

    private static Exit exit(int status) {
        return switch (status) {
            case 400 -> Exit.USAGE;
            case 404, 405, 503 -> Exit.UNAVAILABLE;
            case 409 -> Exit.CANNOT_CREATE;
            default -> Exit.IO;
        };
    }
}
