package dev.millrace.examples.orders;

import io.kurrent.dbclient.AppendToStreamOptions;
import io.kurrent.dbclient.EventData;
import io.kurrent.dbclient.KurrentDBClient;
import io.kurrent.dbclient.StreamState;
import io.kurrent.dbclient.WrongExpectedVersionException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.ExecutionException;

/** What may happen to an order: appended to its stream, if it is where it should be. */
final class Orders {
    static final String STREAM = "order-";
    static final String PLACED = "OrderPlaced";
    static final String SHIPPED = "OrderShipped";

    private final KurrentDBClient events;

    Orders(KurrentDBClient events) {
        this.events = events;
    }

    /** False if there is such an order. */
    boolean place(String id, String item, int amount) throws IOException, InterruptedException {
        return append(id, StreamState.noStream(), PLACED, item + "\n" + amount);
    }

    /** False if there is no such order, or it was shipped. */
    boolean ship(String id) throws IOException, InterruptedException {
        return append(id, StreamState.streamRevision(0), SHIPPED, "");
    }

    private boolean append(String id, StreamState expected, String type, String text)
            throws IOException, InterruptedException {
        EventData event =
                EventData.builderAsBinary(
                                UUID.randomUUID(), type, text.getBytes(StandardCharsets.UTF_8))
                        .build();
        try {
            events.appendToStream(
                            STREAM + id, AppendToStreamOptions.get().streamState(expected), event)
                    .get();
            return true;
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof WrongExpectedVersionException) {
                return false;
            }
            throw new IOException("the event store did not take it", failure);
        }
    }
}
