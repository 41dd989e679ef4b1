package dev.millrace.app;

import dev.millrace.events.room.EventsRoom;
import dev.millrace.kernel.admin.AdminRoom;
import dev.millrace.kernel.discovery.ServiceDirectory;
import dev.millrace.kernel.room.Room;
import dev.millrace.kernel.shard.ShardRoom;
import dev.millrace.kernel.transaction.Participants;
import dev.millrace.kv.server.KvRoom;
import dev.millrace.queue.amqp.server.AmqpProtocol;
import dev.millrace.queue.nsq.NsqProtocol;
import dev.millrace.queue.server.QueueRoom;
import dev.millrace.queue.transaction.QueueMessages;
import dev.millrace.registry.room.RegistryRoom;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rooms of one node, in the order in which they start.
 *
 * @param always the kernel's own: the admin endpoint first, so that its health can tell what is
 *     being waited for, then the journal
 * @param others those that {@code --only} selects among
 * @param services where the registry is found when it serves
 */
record Rooms(List<Room> always, List<Room> others, ServiceDirectory services) {
    Rooms {
        always = List.copyOf(always);
        others = List.copyOf(others);
    }

    /** Everything that this build can do. A new room is added here and nowhere else. */
    static Rooms ofThisBuild() {
        ShardRoom shards = new ShardRoom();
        Participants participants = new Participants();
        KvRoom kv = new KvRoom(shards, participants).onShutdown(Rooms::exit);
        NsqProtocol nsq = new NsqProtocol();
        AmqpProtocol amqp = new AmqpProtocol();
        QueueRoom queue =
                new QueueRoom(shards, List.of(nsq, amqp))
                        .takesPart(
                                participants,
                                loop ->
                                        new QueueMessages(
                                                loop, nsq.publishing(), amqp.publishing()));
        EventsRoom events = new EventsRoom(shards, participants);
        // Last: it registers what all the others listen for.
        ServiceDirectory services = new ServiceDirectory();
        RegistryRoom registry = new RegistryRoom(shards, services);
        return new Rooms(
                List.of(new AdminRoom(), shards), List.of(kv, queue, events, registry), services);
    }

    /** Ends the process as SIGTERM does, from a thread that may wait for it. */
    private static void exit() {
        Thread.ofPlatform().name("exit").start(() -> System.exit(Exit.OK.code()));
    }

    List<Room> all() {
        return Stream.concat(always.stream(), others.stream()).toList();
    }

    /**
     * The rooms to start.
     *
     * @param only names, or none for every room
     */
    List<Room> select(List<String> only) throws Failed {
        for (String name : only) {
            if (others.stream().noneMatch(room -> room.name().equals(name))) {
                throw new Failed(
                        Exit.USAGE, "--only: " + name + " (expected: some of " + names() + ")");
            }
        }
        List<Room> selected = new ArrayList<>(always);
        others.stream()
                .filter(room -> only.isEmpty() || only.contains(room.name()))
                .forEach(selected::add);
        return selected;
    }

    private String names() {
        return others.stream().map(Room::name).collect(Collectors.joining(","));
    }
}
