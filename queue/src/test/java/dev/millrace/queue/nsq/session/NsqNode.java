package dev.millrace.queue.nsq.session;

import dev.millrace.kernel.admin.AdminReply;
import dev.millrace.kernel.admin.AdminRequest;
import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.config.Setting;
import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.net.Listener;
import dev.millrace.kernel.room.Room;
import dev.millrace.kernel.room.RoomContext;
import dev.millrace.kernel.room.RoomContexts;
import dev.millrace.kernel.shard.ShardRoom;
import dev.millrace.kernel.transaction.Messages;
import dev.millrace.kernel.transaction.Participants;
import dev.millrace.queue.amqp.server.AmqpProtocol;
import dev.millrace.queue.nsq.NsqProtocol;
import dev.millrace.queue.server.QueueRoom;
import dev.millrace.queue.transaction.QueueMessages;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A queue room on free ports, spoken to in NSQ; and what it lends to other rooms. */
public final class NsqNode implements Closeable {
    private final RoomContext context;
    private final ShardRoom shards = new ShardRoom();
    private final Participants participants = new Participants();
    private final NsqProtocol nsq = new NsqProtocol();
    private final AmqpProtocol amqp = new AmqpProtocol();
    private final QueueRoom queue =
            new QueueRoom(shards, List.of(nsq, amqp))
                    .takesPart(
                            participants,
                            loop -> new QueueMessages(loop, nsq.publishing(), amqp.publishing()));

    /** Starts one on a data directory, with settings as {@code --set} takes them. */
    public NsqNode(Path data, String... settings) throws Exception {
        List<String> all = new ArrayList<>(Arrays.asList(settings));
        for (Setting<?> setting : queue.settings()) {
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
            return "queue";
        }

        @Override
        public List<Setting<?>> settings() {
            List<Setting<?>> all = new ArrayList<>(shards.settings());
            all.addAll(queue.settings());
            return all;
        }

        @Override
        public void start(RoomContext given) throws BadSettings, IOException, InterruptedException {
            shards.start(given);
            queue.start(given);
        }

        @Override
        public void stop() throws IOException, InterruptedException {
            queue.settle();
            context.network().listeners().forEach(Listener::close);
            queue.stop();
            shards.stop();
        }
    }

    /** What other rooms may publish. */
    public Messages messages() {
        return participants.messages().orElseThrow();
    }

    public Journal journal() {
        return shards.shard().journal();
    }

    /** The port that a setting's listener is on. */
    public int port(String setting) {
        return context.network().listeners().stream()
                .filter(listener -> listener.endpoint().place().key().equals(setting))
                .findFirst()
                .orElseThrow()
                .port();
    }

    /** What the admin port answers: status, a space, and text. */
    public String admin(String method, String path, Map<String, String> parameters)
            throws Exception {
        Map<String, List<String>> query = new HashMap<>();
        parameters.forEach((name, value) -> query.put(name, List.of(value)));
        AdminReply reply =
                context.routes()
                        .find(method, path)
                        .orElseThrow()
                        .answer()
                        .to(new AdminRequest(path, query, ""));
        return reply.status() + " " + reply.body();
    }

    /** A client that has said hello. */
    public NsqConnection connect() throws IOException {
        return new NsqConnection(port("queue.nsq.port"), "  V2");
    }

    @Override
    public void close() throws IOException {
        try {
            new Both().stop();
        } catch (InterruptedException unexpected) {
            throw new AssertionError(unexpected);
        }
        context.network().close();
    }
}
