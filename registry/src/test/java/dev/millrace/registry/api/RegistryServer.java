package dev.millrace.registry.api;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.config.Setting;
import dev.millrace.kernel.discovery.ServiceDirectory;
import dev.millrace.kernel.net.Listener;
import dev.millrace.kernel.room.Room;
import dev.millrace.kernel.room.RoomContext;
import dev.millrace.kernel.room.RoomContexts;
import dev.millrace.kernel.shard.ShardRoom;
import dev.millrace.registry.room.RegistryRoom;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A registry that serves, in this process, and a client of it. */
public final class RegistryServer implements AutoCloseable {
    private final ShardRoom shards = new ShardRoom();
    private final RegistryRoom registry = new RegistryRoom(shards, new ServiceDirectory());
    private final RoomContext context;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private String token = "";

    /** Starts one on a data directory, with settings as {@code --set} takes them. */
    public RegistryServer(Path data, String... settings) throws Exception {
        List<String> all = new ArrayList<>(Arrays.asList(settings));
        all.add("registry.node=n1");
        for (Setting<?> setting : registry.settings()) {
            if (setting.key().endsWith(".port")) {
                all.add(setting.key() + "=0");
            }
        }
        context = RoomContexts.of(new Both(), data, all.toArray(String[]::new));
        new Both().start(context);
    }

    /** Both rooms as one, for their settings. */
    private final class Both implements Room {
        @Override
        public String name() {
            return "registry";
        }

        @Override
        public List<Setting<?>> settings() {
            List<Setting<?>> all = new ArrayList<>(shards.settings());
            all.addAll(registry.settings());
            return all;
        }

        @Override
        public void start(RoomContext given) throws BadSettings, IOException, InterruptedException {
            shards.start(given);
            registry.start(given);
        }

        @Override
        public void stop() throws IOException, InterruptedException {
            context.network().listeners().forEach(Listener::close);
            registry.stop();
            shards.stop();
        }
    }

    /** The port that a setting's listener is on. */
    public int port(String setting) {
        return context.network().listeners().stream()
                .filter(listener -> listener.endpoint().place().key().equals(setting))
                .findFirst()
                .orElseThrow()
                .port();
    }

    /** From now on requests show this token; an empty one: none. */
    public void show(String secret) {
        token = secret;
    }

    private HttpRequest request(String method, String path, String body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                                URI.create(
                                        "http://127.0.0.1:"
                                                + port("registry.http.port")
                                                + "/v1/"
                                                + path))
                        .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (!token.isEmpty()) {
            request.header("X-Consul-Token", token);
        }
        return request.build();
    }

    /** An answer: its status, a blank, its body. */
    public String ask(String method, String path, String body) throws Exception {
        return text(whole(method, path, body));
    }

    private static String text(HttpResponse<String> response) {
        return response.statusCode() + " " + response.body();
    }

    public HttpResponse<String> whole(String method, String path, String body) throws Exception {
        return client.send(
                request(method, path, body),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    public String get(String path) throws Exception {
        return ask("GET", path, "");
    }

    public String put(String path, String body) throws Exception {
        return ask("PUT", path, body);
    }

    /** What a client compares with, of an answer. */
    public long index(String path) throws Exception {
        return Long.parseLong(
                whole("GET", path, "").headers().firstValue("X-Consul-Index").orElseThrow());
    }

    /** Asks, and does not wait for the answer. */
    public CompletableFuture<String> later(String path) {
        return client.sendAsync(
                        request("GET", path, ""),
                        HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8))
                .thenApply(RegistryServer::text);
    }

    @Override
    public void close() throws IOException {
        client.shutdownNow();
        try {
            new Both().stop();
        } catch (InterruptedException unexpected) {
            throw new AssertionError(unexpected);
        }
        context.network().close();
    }
}
