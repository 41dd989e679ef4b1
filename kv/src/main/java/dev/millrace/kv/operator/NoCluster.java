package dev.millrace.kv.operator;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Refusal;

import java.util.List;

/** CLUSTER and what goes with it, as Redis answers outside of a cluster. */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class NoCluster {
    private static final Refusal DISABLED =
            new Refusal("ERR This instance has cluster support disabled");

    private NoCluster() {}

    private static Command.Builder cluster(String name, int arity) {
        return Command.named(name).since("3.0.0").group("cluster").complexity("O(1)").arity(arity);
    }

    public static List<Command> all() {
        return List.of(
                cluster("cluster", -2)
                        .complexity("Depends on subcommand.")
                        .summary("A container for cluster commands")
                        .contains(
                                part("countkeysinslot", 3)
                                        .summary(
                                                "Return the number of local keys in the specified"
                                                        + " hash slot")
                                        .does(NoCluster::refuse),
                                part("getkeysinslot", 4)
                                        .complexity(
                                                "O(log(N)) where N is the number of requested keys")
                                        .summary(
                                                "Return local key names in the specified hash slot")
                                        .tips("nondeterministic_output")
                                        .does(NoCluster::refuse),
                                part("help", 2)
                                        .since("5.0.0")
                                        .summary(
                                                "Show helpful text about the different subcommands")
                                        .flags(Flag.LOADING)
                                        .does(NoCluster::refuse),
                                part("info", 2)
                                        .summary("Provides info about Redis Cluster node state")
                                        .tips("nondeterministic_output")
                                        .does(NoCluster::refuse),
                                part("keyslot", 3)
                                        .complexity(
                                                "O(N) where N is the number of bytes in the key")
                                        .summary("Returns the hash slot of the specified key")
                                        .does(NoCluster::refuse),
                                part("myid", 2)
                                        .summary("Return the node id")
                                        .does(NoCluster::refuse),
                                part("nodes", 2)
                                        .complexity(
                                                "O(N) where N is the total number of Cluster nodes")
                                        .summary("Get Cluster config for the node")
                                        .tips("nondeterministic_output")
                                        .does(NoCluster::refuse),
                                part("reset", -2)
                                        .complexity(
                                                "O(N) where N is the number of known nodes. The command may "
                                                        + "execute a FLUSHALL as a side effect.")
                                        .summary("Reset a Redis Cluster node")
                                        .flags(Flag.ADMIN, Flag.NOSCRIPT)
                                        .does(NoCluster::refuse),
                                part("shards", 2)
                                        .since("7.0.0")
                                        .complexity(
                                                "O(N) where N is the total number of cluster nodes")
                                        .summary("Get array of cluster slots to node mappings")
                                        .tips("nondeterministic_output")
                                        .does(NoCluster::refuse),
                                part("slots", 2)
                                        .complexity(
                                                "O(N) where N is the total number of Cluster nodes")
                                        .deprecated("7.0.0", "`CLUSTER SHARDS`")
                                        .summary("Get array of Cluster slot to node mappings")
                                        .tips("nondeterministic_output")
                                        .does(NoCluster::refuse)),
                cluster("readonly", 1)
                        .summary("Enables read queries for a connection to a cluster replica node")
                        .flags(Flag.LOADING, Flag.STALE, Flag.FAST)
                        .categories("connection")
                        .does(NoCluster::refuse),
                cluster("readwrite", 1)
                        .summary("Disables read queries for a connection to a cluster replica node")
                        .flags(Flag.LOADING, Flag.STALE, Flag.FAST)
                        .categories("connection")
                        .does(NoCluster::refuse),
                cluster("asking", 1)
                        .summary("Sent by cluster clients after an -ASK redirect")
                        .flags(Flag.FAST)
                        .categories("connection")
                        .does(NoCluster::refuse));
    }

    private static Command.Builder part(String name, int arity) {
        return cluster(name, arity).flags(Flag.STALE);
    }

    private static void refuse(Call call) {
        throw DISABLED;
    }
}
