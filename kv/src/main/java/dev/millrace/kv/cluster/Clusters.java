package dev.millrace.kv.cluster;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Help;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.generic.Databases;
import dev.millrace.kv.replication.Feed;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Slot;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Table;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/**
 * CLUSTER and what goes with it. With {@code kv.cluster} the server is a cluster of one node that
 * has all slots, for clients that speak to clusters only; else it says that it is none.
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class Clusters {
    private static final Refusal DISABLED =
            new Refusal("ERR This instance has cluster support disabled");
    private static final Refusal BAD_SLOT = new Refusal("ERR Invalid or out of range slot");
    private static final int PORT_MAX = 65535;
    private static final String ALONE =
            "ERR this is a cluster of one node, which keeps all slots and meets nobody";

    private static final String HELP =
            """
            ADDSLOTS <slot> [<slot> ...]
                Assign slots to current node.
            ADDSLOTSRANGE <start slot> <end slot> [<start slot> <end slot> ...]
                Assign slots which are between <start-slot> and <end-slot> to current node.
            BUMPEPOCH
                Advance the cluster config epoch.
            COUNT-FAILURE-REPORTS <node-id>
                Return number of failure reports for <node-id>.
            COUNTKEYSINSLOT <slot>
                Return the number of keys in <slot>.
            DELSLOTS <slot> [<slot> ...]
                Delete slots information from current node.
            DELSLOTSRANGE <start slot> <end slot> [<start slot> <end slot> ...]
                Delete slots information which are between <start-slot> and <end-slot> from current node.
            FAILOVER [FORCE|TAKEOVER]
                Promote current replica node to being a master.
            FORGET <node-id>
                Remove a node from the cluster.
            GETKEYSINSLOT <slot> <count>
                Return key names stored by current node in a slot.
            FLUSHSLOTS
                Delete current node own slots information.
            INFO
                Return information about the cluster.
            KEYSLOT <key>
                Return the hash slot for <key>.
            MEET <ip> <port> [<bus-port>]
                Connect nodes into a working cluster.
            MYID
                Return the node id.
            NODES
                Return cluster configuration seen by node. Output format:
                <id> <ip:port> <flags> <master> <pings> <pongs> <epoch> <link> <slot> ...
            REPLICATE <node-id>
                Configure current node as replica to <node-id>.
            RESET [HARD|SOFT]
                Reset current node (default: soft).
            SET-CONFIG-EPOCH <epoch>
                Set config epoch of current node.
            SETSLOT <slot> (IMPORTING <node-id>|MIGRATING <node-id>|STABLE|NODE <node-id>)
                Set slot state.
            REPLICAS <node-id>
                Return <node-id> replicas.
            SAVECONFIG
                Force saving cluster configuration on disk.
            SLOTS
                Return information about slots range mappings. Each range is made of:
                start, end, master and replicas IP addresses, ports and ids
            SHARDS
                Return information about slot range mappings and the nodes associated with them.
            LINKS
                Return information about all network links between this node and its peers.
                Output format is an array where each array element is a map containing attributes of a link
            """;

    private Clusters() {}

    private static Command.Builder cluster(String name, String since, int arity) {
        return Command.named(name).since(since).group("cluster").complexity("O(1)").arity(arity);
    }

    private static Command.Builder look(String name, String since, int arity) {
        return cluster(name, since, arity).flags(Flag.STALE);
    }

    private static Command.Builder ask(String name, String since, int arity) {
        return look(name, since, arity).flags(Flag.ADMIN);
    }

    private static Command.Builder admin(String name, String since, int arity) {
        return ask(name, since, arity).flags(Flag.NO_ASYNC_LOADING);
    }

    public static List<Command> all() {
        return List.of(
                cluster("cluster", "3.0.0", -2)
                        .complexity("Depends on subcommand.")
                        .summary("A container for cluster commands")
                        .contains(
                                admin("addslots", "3.0.0", -3)
                                        .complexity(
                                                "O(N) where N is the total number of hash slot arguments")
                                        .summary("Assign new hash slots to receiving node")
                                        .does(inCluster(Clusters::takeSlots)),
                                admin("addslotsrange", "7.0.0", -4)
                                        .complexity(
                                                "O(N) where N is the total number of the slots between the start slot and end slot arguments.")
                                        .summary("Assign new hash slots to receiving node")
                                        .does(inCluster(Clusters::takeRanges)),
                                admin("bumpepoch", "3.0.0", 2)
                                        .summary("Advance the cluster config epoch")
                                        .tips("nondeterministic_output")
                                        .does(inCluster(call -> call.reply().simple("STILL 0"))),
                                ask("count-failure-reports", "3.0.0", 3)
                                        .complexity("O(N) where N is the number of failure reports")
                                        .summary(
                                                "Return the number of failure reports active for a given node")
                                        .tips("nondeterministic_output")
                                        .does(inCluster(Clusters::failureReports)),
                                look("countkeysinslot", "3.0.0", 3)
                                        .summary(
                                                "Return the number of local keys in the specified hash slot")
                                        .locks(Command.Locks.ALL)
                                        .does(inCluster(Clusters::countKeys)),
                                admin("delslots", "3.0.0", -3)
                                        .complexity(
                                                "O(N) where N is the total number of hash slot arguments")
                                        .summary("Set hash slots as unbound in receiving node")
                                        .does(inCluster(Clusters::keepSlots)),
                                admin("delslotsrange", "7.0.0", -4)
                                        .complexity(
                                                "O(N) where N is the total number of the slots between the start slot and end slot arguments.")
                                        .summary("Set hash slots as unbound in receiving node")
                                        .does(inCluster(Clusters::keepRanges)),
                                admin("failover", "3.0.0", -2)
                                        .summary(
                                                "Forces a replica to perform a manual failover of its master.")
                                        .does(inCluster(Clusters::failOver)),
                                admin("flushslots", "3.0.0", 2)
                                        .summary("Delete a node's own slots information")
                                        .locks(Command.Locks.ALL)
                                        .does(inCluster(Clusters::flushSlots)),
                                admin("forget", "3.0.0", 3)
                                        .summary("Remove a node from the nodes table")
                                        .does(inCluster(Clusters::forget)),
                                look("getkeysinslot", "3.0.0", 4)
                                        .complexity(
                                                "O(log(N)) where N is the number of requested keys")
                                        .summary(
                                                "Return local key names in the specified hash slot")
                                        .tips("nondeterministic_output")
                                        .locks(Command.Locks.ALL)
                                        .does(inCluster(Clusters::keys)),
                                Help.declared("5.0.0", "cluster")
                                        .does(inCluster(Help.answering("cluster", HELP))),
                                look("info", "3.0.0", 2)
                                        .summary("Provides info about Redis Cluster node state")
                                        .tips("nondeterministic_output")
                                        .does(inCluster(Clusters::info)),
                                look("keyslot", "3.0.0", 3)
                                        .complexity(
                                                "O(N) where N is the number of bytes in the key")
                                        .summary("Returns the hash slot of the specified key")
                                        .does(inCluster(Clusters::slotOf)),
                                look("links", "7.0.0", 2)
                                        .complexity(
                                                "O(N) where N is the total number of Cluster nodes")
                                        .summary(
                                                "Returns a list of all TCP links to and from peer nodes in cluster")
                                        .tips("nondeterministic_output")
                                        .does(inCluster(call -> call.reply().emptyArray())),
                                admin("meet", "3.0.0", -4)
                                        .summary(
                                                "Force a node cluster to handshake with another node")
                                        .does(inCluster(Clusters::meet)),
                                look("myid", "3.0.0", 2)
                                        .summary("Return the node id")
                                        .does(
                                                inCluster(
                                                        call ->
                                                                call.reply()
                                                                        .bulk(
                                                                                Cluster.of(
                                                                                                call
                                                                                                        .server())
                                                                                        .id()))),
                                look("nodes", "3.0.0", 2)
                                        .complexity(
                                                "O(N) where N is the total number of Cluster nodes")
                                        .summary("Get Cluster config for the node")
                                        .tips("nondeterministic_output")
                                        .does(inCluster(Clusters::nodes)),
                                ask("replicas", "5.0.0", 3)
                                        .summary("List replica nodes of the specified master node")
                                        .tips("nondeterministic_output")
                                        .does(inCluster(Clusters::replicas)),
                                admin("replicate", "3.0.0", 3)
                                        .summary(
                                                "Reconfigure a node as a replica of the specified master node")
                                        .does(inCluster(Clusters::replicate)),
                                look("reset", "3.0.0", -2)
                                        .complexity(
                                                "O(N) where N is the number of known nodes. The command may execute a FLUSHALL as a side effect.")
                                        .summary("Reset a Redis Cluster node")
                                        .flags(Flag.ADMIN, Flag.NOSCRIPT)
                                        .locks(Command.Locks.ALL)
                                        .does(inCluster(Clusters::reset)),
                                admin("saveconfig", "3.0.0", 2)
                                        .summary("Forces the node to save cluster state on disk")
                                        .does(inCluster(call -> call.reply().ok())),
                                admin("set-config-epoch", "3.0.0", 3)
                                        .summary("Set the configuration epoch in a new node")
                                        .does(inCluster(Clusters::setEpoch)),
                                admin("setslot", "3.0.0", -4)
                                        .summary("Bind a hash slot to a specific node")
                                        .does(inCluster(Clusters::bindSlot)),
                                look("shards", "7.0.0", 2)
                                        .complexity(
                                                "O(N) where N is the total number of cluster nodes")
                                        .summary("Get array of cluster slots to node mappings")
                                        .tips("nondeterministic_output")
                                        .does(inCluster(Clusters::shards)),
                                ask("slaves", "3.0.0", 3)
                                        .summary("List replica nodes of the specified master node")
                                        .deprecated("5.0.0", "`CLUSTER REPLICAS`")
                                        .tips("nondeterministic_output")
                                        .does(inCluster(Clusters::replicas)),
                                look("slots", "3.0.0", 2)
                                        .complexity(
                                                "O(N) where N is the total number of Cluster nodes")
                                        .summary("Get array of Cluster slot to node mappings")
                                        .deprecated("7.0.0", "`CLUSTER SHARDS`")
                                        .tips("nondeterministic_output")
                                        .does(inCluster(Clusters::slots))),
                connection("readonly")
                        .summary("Enables read queries for a connection to a cluster replica node")
                        .flags(Flag.LOADING, Flag.STALE)
                        .does(inCluster(call -> call.reply().ok())),
                connection("readwrite")
                        .summary("Disables read queries for a connection to a cluster replica node")
                        .flags(Flag.LOADING, Flag.STALE)
                        .does(inCluster(call -> call.reply().ok())),
                connection("asking")
                        .summary("Sent by cluster clients after an -ASK redirect")
                        .does(inCluster(call -> call.reply().ok())));
    }

    private static Command.Builder connection(String name) {
        return cluster(name, "3.0.0", 1).flags(Flag.FAST).categories("connection");
    }

    private static Command.Handler inCluster(Command.Handler handler) {
        return call -> {
            if (!call.server().isCluster()) {
                throw DISABLED;
            }
            handler.run(call);
        };
    }

    private static void refuse(String why) {
        throw new Refusal(why);
    }

    // ---- The node

    private static void info(Call call) {
        call.reply()
                .verbatim(
                        """
                        cluster_state:ok\r
                        cluster_slots_assigned:16384\r
                        cluster_slots_ok:16384\r
                        cluster_slots_pfail:0\r
                        cluster_slots_fail:0\r
                        cluster_known_nodes:1\r
                        cluster_size:1\r
                        cluster_current_epoch:0\r
                        cluster_my_epoch:0\r
                        cluster_stats_messages_sent:0\r
                        cluster_stats_messages_received:0\r
                        total_cluster_links_buffer_limit_exceeded:0\r
                        """);
    }

    private static void nodes(Call call) {
        call.reply().verbatim(line(call) + "\n");
    }

    private static String line(Call call) {
        Cluster cluster = Cluster.of(call.server());
        return cluster.id()
                + " "
                + cluster.host(call.session())
                + ":"
                + cluster.port(call.session())
                + "@"
                + cluster.busPort(call.session())
                + " myself,master - 0 0 0 connected 0-16383";
    }

    private static void slots(Call call) {
        Cluster cluster = Cluster.of(call.server());
        call.reply().array(1);
        call.reply().array(3);
        call.reply().integer(0);
        call.reply().integer(Slot.COUNT - 1);
        call.reply().array(4);
        call.reply().bulk(cluster.host(call.session()));
        call.reply().integer(cluster.port(call.session()));
        call.reply().bulk(cluster.id());
        call.reply().map(0);
    }

    private static void shards(Call call) {
        Cluster cluster = Cluster.of(call.server());
        String host = cluster.host(call.session());
        call.reply().array(1);
        call.reply().map(2);
        call.reply().bulk("slots");
        call.reply().array(2);
        call.reply().integer(0);
        call.reply().integer(Slot.COUNT - 1);
        call.reply().bulk("nodes");
        call.reply().array(1);
        call.reply().map(7);
        call.reply().bulk("id");
        call.reply().bulk(cluster.id());
        call.reply().bulk("port");
        call.reply().integer(cluster.port(call.session()));
        call.reply().bulk("ip");
        call.reply().bulk(host);
        call.reply().bulk("endpoint");
        call.reply().bulk(host);
        call.reply().bulk("role");
        call.reply().bulk("master");
        call.reply().bulk("replication-offset");
        call.reply().integer(Feed.of(call.server()).offset());
        call.reply().bulk("health");
        call.reply().bulk("online");
    }

    // ---- Other nodes, of which there are none

    private static boolean isMe(Call call, int index) {
        return call.text(index).equals(Cluster.of(call.server()).id());
    }

    private static void failOver(Call call) {
        if (call.count() > 3) {
            throw Help.wrongForm(call);
        }
        if (call.count() == 3 && !call.is(2, "FORCE") && !call.is(2, "TAKEOVER")) {
            throw Refusal.SYNTAX;
        }
        refuse("ERR You should send CLUSTER FAILOVER to a replica");
    }

    private static void meet(Call call) {
        if (call.count() > 5) {
            throw Help.wrongForm(call);
        }
        long port =
                call.integer(
                        3, new Refusal("ERR Invalid TCP base port specified: " + call.shown(3)));
        long busPort =
                call.count() < 5
                        ? port + Cluster.BUS_OFFSET
                        : call.integer(
                                4,
                                new Refusal(
                                        "ERR Invalid TCP bus port specified: " + call.shown(4)));
        if (!isAddress(call.text(2)) || !isPort(port) || !isPort(busPort)) {
            throw new Refusal(
                    "ERR Invalid node address specified: " + call.shown(2) + ":" + call.shown(3));
        }
        refuse(ALONE);
    }

    private static boolean isPort(long number) {
        return number > 0 && number <= PORT_MAX;
    }

    /** All of an address's parts are there, which C's inet_pton wants and Java does not. */
    private static boolean isAddress(String text) {
        try {
            InetAddress.ofLiteral(text);
            return text.contains(":") || text.split("\\.", -1).length == 4;
        } catch (IllegalArgumentException name) {
            return false;
        }
    }

    private static void reset(Call call) {
        if (call.count() > 3) {
            throw Help.wrongForm(call);
        }
        if (call.count() == 3 && !call.is(2, "HARD") && !call.is(2, "SOFT")) {
            throw Refusal.SYNTAX;
        }
        if (Databases.size(call, 0) > 0) {
            throw new Refusal(
                    "ERR CLUSTER RESET can't be called with master nodes containing keys");
        }
        refuse(ALONE);
    }

    private static void setEpoch(Call call) {
        long epoch = call.integer(2);
        refuse(epoch < 0 ? "ERR Invalid config epoch specified: " + epoch : ALONE);
    }

    private static Refusal unknown(Call call, int index) {
        return new Refusal("ERR Unknown node " + call.shown(index));
    }

    private static void failureReports(Call call) {
        if (!isMe(call, 2)) {
            throw unknown(call, 2);
        }
        call.reply().integer(0);
    }

    private static void forget(Call call) {
        throw isMe(call, 2)
                ? new Refusal("ERR I tried hard but I can't forget myself...")
                : unknown(call, 2);
    }

    private static void replicas(Call call) {
        if (!isMe(call, 2)) {
            throw unknown(call, 2);
        }
        call.reply().emptyArray();
    }

    private static void replicate(Call call) {
        throw isMe(call, 2) ? new Refusal("ERR Can't replicate myself") : unknown(call, 2);
    }

    // ---- Slots

    private static int slot(Call call, int index) {
        return (int) call.integer(index, 0, Slot.COUNT - 1, BAD_SLOT);
    }

    private static void takeSlots(Call call) {
        int first = slot(call, 2);
        for (int i = 3; i < call.count(); i++) {
            slot(call, i);
        }
        throw busy(first);
    }

    private static void takeRanges(Call call) {
        throw busy(firstOfRange(call, 2));
    }

    private static Refusal busy(int slot) {
        return new Refusal("ERR Slot " + slot + " is already busy");
    }

    /** All arguments are slots, each named once. */
    private static void keepSlots(Call call) {
        BitSet named = new BitSet(Slot.COUNT);
        for (int i = 2; i < call.count(); i++) {
            slot(call, i);
        }
        for (int i = 2; i < call.count(); i++) {
            name(named, slot(call, i));
        }
        refuse(ALONE);
    }

    private static void keepRanges(Call call) {
        BitSet named = new BitSet(Slot.COUNT);
        for (int i = 2; i < call.count(); i += 2) {
            int first = firstOfRange(call, i);
            for (int slot = first; slot <= slot(call, i + 1); slot++) {
                name(named, slot);
            }
        }
        refuse(ALONE);
    }

    private static void name(BitSet named, int slot) {
        if (named.get(slot)) {
            throw new Refusal("ERR Slot " + slot + " specified multiple times");
        }
        named.set(slot);
    }

    /** The first slot of a range, which begins at an argument. */
    private static int firstOfRange(Call call, int index) {
        if (call.count() % 2 == 1) {
            throw new Refusal(
                    "ERR wrong number of arguments for '"
                            + call.command().fullName()
                            + "' command");
        }
        int first = slot(call, index);
        int last = slot(call, index + 1);
        if (first > last) {
            throw new Refusal(
                    "ERR start slot number " + first + " is greater than end slot number " + last);
        }
        return first;
    }

    private static void flushSlots(Call call) {
        if (Databases.size(call, 0) > 0) {
            throw new Refusal("ERR DB must be empty to perform CLUSTER FLUSHSLOTS.");
        }
        refuse(ALONE);
    }

    private static void bindSlot(Call call) {
        int slot = slot(call, 2);
        String how = call.text(3).toLowerCase(Locale.ROOT);
        if (how.equals("stable") && call.count() == 4) {
            call.reply().ok();
            return;
        }
        boolean names = call.count() == 5;
        boolean bind = how.equals("node") && names;
        boolean move = (how.equals("importing") || how.equals("migrating")) && names;
        if (!bind && !move) {
            throw new Refusal(
                    "ERR Invalid CLUSTER SETSLOT action or number of arguments. Try CLUSTER HELP");
        }
        if (bind && isMe(call, 4)) {
            call.reply().ok();
            return;
        }
        if (how.equals("importing")) {
            throw new Refusal("ERR I'm already the owner of hash slot " + slot);
        }
        if (move && isMe(call, 4)) {
            refuse(ALONE);
        }
        throw bind ? unknown(call, 4) : new Refusal("ERR I don't know about node " + call.shown(4));
    }

    private static void slotOf(Call call) {
        call.reply().integer(Slot.of(call.address(2), call.length(2)));
    }

    private static void countKeys(Call call) {
        long slot = call.integer(2);
        if (slot < 0 || slot >= Slot.COUNT) {
            throw new Refusal("ERR Invalid slot");
        }
        int[] count = {0};
        eachKey(call, slot, item -> count[0]++);
        call.reply().integer(count[0]);
    }

    private static void keys(Call call) {
        long slot = call.integer(2);
        long most = call.integer(3);
        if (slot < 0 || slot >= Slot.COUNT || most < 0) {
            throw new Refusal("ERR Invalid slot or number of keys");
        }
        List<byte[]> names = new ArrayList<>();
        eachKey(
                call,
                slot,
                item -> {
                    if (names.size() < most) {
                        call.takeHeap(Item.keyLength(item) + 16L);
                        names.add(Memory.bytes(Item.key(item), Item.keyLength(item)));
                    }
                });
        call.reply().array(names.size());
        names.forEach(call.reply()::bulk);
    }

    /** Looks at all keys: there is no index of slots, for nothing moves between nodes. */
    private static void eachKey(Call call, long slot, Table.Visitor visitor) {
        call.dependOnAll();
        for (int i = 0; i < call.stripes().count(); i++) {
            Stripe stripe = call.stripes().stripe(i);
            long cursor = 0;
            do {
                cursor =
                        stripe.database(0)
                                .items()
                                .scan(
                                        cursor,
                                        item -> {
                                            if (Slot.of(Item.key(item), Item.keyLength(item))
                                                    == slot) {
                                                visitor.entry(item);
                                            }
                                        });
            } while (cursor != 0);
        }
    }
}
