package dev.millrace.examples.orders;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import io.kurrent.dbclient.KurrentDBClient;
import io.kurrent.dbclient.KurrentDBConnectionString;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Orders over HTTP.
 *
 * <pre>
 * POST /orders/ID?item=ITEM&amp;amount=N   201, or 409 if there is such an order
 * POST /orders/ID/shipped              204, or 409 if there is none, or it was shipped
 * GET  /orders                         one a line
 * </pre>
 */
public final class Service implements AutoCloseable {
    private static final String PATH = "/orders";

    private final HttpServer server;
    private final KurrentDBClient events;
    private final Orders orders;
    private final View view;

    /**
     * Starts it.
     *
     * @param connection of the event store, for example {@code
     *     kurrentdb://127.0.0.1:2113?tls=false}
     * @param database where H2's file is to be, without its suffix
     * @param port of HTTP on loopback; 0 for a free one
     */
    public Service(String connection, Path database, int port)
            throws IOException, SQLException, InterruptedException {
        events = KurrentDBClient.create(KurrentDBConnectionString.parseOrThrow(connection));
        orders = new Orders(events);
        view = new View(events, database);
        server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext(PATH, this::answer);
        server.start();
    }

    /** Where it serves. */
    public int port() {
        return server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String way = exchange.getRequestURI().getPath().substring(PATH.length());
            List<String> words = Stream.of(way.split("/")).filter(word -> !word.isEmpty()).toList();
            String asked = exchange.getRequestMethod() + " " + words.size();
            switch (asked) {
                case "GET 0" -> send(exchange, 200, lines(view.orders()));
                case "POST 1" -> place(exchange, words.getFirst());
                case "POST 2" -> send(exchange, orders.ship(words.getFirst()) ? 204 : 409, "");
                default -> send(exchange, 404, "");
            }
        } catch (SQLException failure) {
            throw new IOException(failure);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void place(HttpExchange exchange, String id) throws IOException, InterruptedException {
        String query = String.valueOf(exchange.getRequestURI().getQuery());
        var values =
                Stream.of(query.split("&"))
                        .map(pair -> pair.split("=", 2))
                        .filter(pair -> pair.length == 2)
                        .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1], (a, b) -> b));
        String item = values.getOrDefault("item", "");
        String amount = values.getOrDefault("amount", "");
        if (item.isEmpty() || !amount.matches("[0-9]{1,9}")) {
            send(exchange, 400, "expected: ?item=ITEM&amount=N\n");
            return;
        }
        send(exchange, orders.place(id, item, Integer.parseInt(amount)) ? 201 : 409, "");
    }

    private static String lines(List<Order> orders) {
        return orders.stream().map(order -> order + "\n").collect(Collectors.joining());
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() throws SQLException {
        server.stop(0);
        view.close();
        try {
            events.shutdown().get();
        } catch (ExecutionException closed) {
            // It is gone in any case.
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }
}
