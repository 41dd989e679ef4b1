package dev.millrace.examples.orders;

import io.kurrent.dbclient.KurrentDBClient;
import io.kurrent.dbclient.Position;
import io.kurrent.dbclient.RecordedEvent;
import io.kurrent.dbclient.ResolvedEvent;
import io.kurrent.dbclient.SubscribeToAllOptions;
import io.kurrent.dbclient.Subscription;
import io.kurrent.dbclient.SubscriptionFilter;
import io.kurrent.dbclient.SubscriptionListener;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ExecutionException;

/**
 * Orders as they are now, kept in a database that follows the events. If its file goes, the next
 * question makes an empty one, which follows from the first event on.
 */
final class View implements AutoCloseable {
    private final KurrentDBClient events;
    private final Path path;
    private Database database;
    private Subscription subscription;

    /**
     * @param path of the database, without H2's suffix
     */
    View(KurrentDBClient events, Path path) throws SQLException, InterruptedException {
        this.events = events;
        this.path = path;
        this.database = new Database(path);
        this.subscription = follow(database);
    }

    /** All orders, by id; as far as the events have been followed. */
    synchronized List<Order> orders() throws SQLException, InterruptedException {
        if (!database.isThere()) {
            close();
            database = new Database(path);
            subscription = follow(database);
        }
        return database.orders();
    }

    private Subscription follow(Database into) throws SQLException, InterruptedException {
        SubscribeToAllOptions options =
                SubscribeToAllOptions.get()
                        .filter(
                                SubscriptionFilter.newBuilder()
                                        .addStreamNamePrefix(Orders.STREAM)
                                        .build());
        into.known()
                .ifPresentOrElse(
                        position -> options.fromPosition(new Position(position, position)),
                        options::fromStart);
        try {
            return events.subscribeToAll(
                            new SubscriptionListener() {
                                @Override
                                public void onEvent(
                                        Subscription subscription, ResolvedEvent event) {
                                    take(into, event.getOriginalEvent());
                                }
                            },
                            options)
                    .get();
        } catch (ExecutionException failure) {
            throw new IllegalStateException("no subscription to the events", failure);
        }
    }

    private synchronized void take(Database into, RecordedEvent event) {
        String id = event.getStreamId().substring(Orders.STREAM.length());
        String text = new String(event.getEventData(), StandardCharsets.UTF_8);
        try {
            switch (event.getEventType()) {
                case Orders.PLACED -> {
                    String[] lines = text.split("\n", 2);
                    into.placed(id, lines[0], Integer.parseInt(lines[1]));
                }
                case Orders.SHIPPED -> into.shipped(id);
                default -> {}
            }
            into.commit(event.getPosition().getCommitUnsigned());
        } catch (SQLException failure) {
            throw new IllegalStateException("the view did not take an event", failure);
        }
    }

    @Override
    public synchronized void close() throws SQLException {
        subscription.stop();
        database.close();
    }
}
