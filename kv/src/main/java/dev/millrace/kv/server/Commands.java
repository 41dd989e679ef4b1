package dev.millrace.kv.server;

import dev.millrace.kv.acl.AccessCommands;
import dev.millrace.kv.bitmap.BitFields;
import dev.millrace.kv.bitmap.BitOperations;
import dev.millrace.kv.bitmap.BitSearch;
import dev.millrace.kv.bitmap.Bits;
import dev.millrace.kv.catalog.Catalog;
import dev.millrace.kv.cluster.Clusters;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.config.Configuring;
import dev.millrace.kv.connection.Authentication;
import dev.millrace.kv.connection.Clients;
import dev.millrace.kv.connection.Connections;
import dev.millrace.kv.connection.Monitors;
import dev.millrace.kv.generic.Databases;
import dev.millrace.kv.generic.Existence;
import dev.millrace.kv.generic.Introspection;
import dev.millrace.kv.generic.KeyNames;
import dev.millrace.kv.generic.Moves;
import dev.millrace.kv.generic.Sorting;
import dev.millrace.kv.generic.TimeToLive;
import dev.millrace.kv.geo.Geo;
import dev.millrace.kv.geo.Searching;
import dev.millrace.kv.hash.HashCounters;
import dev.millrace.kv.hash.HashFields;
import dev.millrace.kv.hash.Hashes;
import dev.millrace.kv.hyperloglog.HyperLogLogChecks;
import dev.millrace.kv.hyperloglog.HyperLogLogs;
import dev.millrace.kv.info.Info;
import dev.millrace.kv.list.BlockingLists;
import dev.millrace.kv.list.ListMoves;
import dev.millrace.kv.list.ListSearch;
import dev.millrace.kv.list.Lists;
import dev.millrace.kv.list.Popping;
import dev.millrace.kv.list.Pushing;
import dev.millrace.kv.migration.Migrating;
import dev.millrace.kv.operator.Curiosities;
import dev.millrace.kv.operator.Debugging;
import dev.millrace.kv.operator.LatencyEvents;
import dev.millrace.kv.operator.MemoryUse;
import dev.millrace.kv.operator.Modules;
import dev.millrace.kv.operator.Saves;
import dev.millrace.kv.operator.Shutdowns;
import dev.millrace.kv.operator.SlowLogs;
import dev.millrace.kv.pubsub.Publishing;
import dev.millrace.kv.pubsub.Subscribing;
import dev.millrace.kv.rdb.Dumps;
import dev.millrace.kv.replication.Replicating;
import dev.millrace.kv.rooms.Rooms;
import dev.millrace.kv.script.Functions;
import dev.millrace.kv.script.Scripts;
import dev.millrace.kv.set.SetAlgebra;
import dev.millrace.kv.set.SetDraws;
import dev.millrace.kv.set.Sets;
import dev.millrace.kv.sortedset.Adding;
import dev.millrace.kv.sortedset.BlockingExtremes;
import dev.millrace.kv.sortedset.Combining;
import dev.millrace.kv.sortedset.Extremes;
import dev.millrace.kv.sortedset.Ranking;
import dev.millrace.kv.sortedset.Sampling;
import dev.millrace.kv.sortedset.SortedSets;
import dev.millrace.kv.stream.Appending;
import dev.millrace.kv.stream.Claiming;
import dev.millrace.kv.stream.GroupReading;
import dev.millrace.kv.stream.Groups;
import dev.millrace.kv.stream.Reading;
import dev.millrace.kv.stream.StreamInfo;
import dev.millrace.kv.stream.Streams;
import dev.millrace.kv.stream.Unacknowledged;
import dev.millrace.kv.string.Counters;
import dev.millrace.kv.string.Floats;
import dev.millrace.kv.string.GetAndChange;
import dev.millrace.kv.string.Lcs;
import dev.millrace.kv.string.Ranges;
import dev.millrace.kv.string.Set;
import dev.millrace.kv.string.Strings;
import dev.millrace.kv.transaction.Transactions;

import java.util.List;
import java.util.stream.Stream;

/** Every command there is: one line per family. */
public final class Commands {
    private Commands() {}

    public static List<Command> all() {
        return Stream.of(
                        Connections.all(),
                        Authentication.all(),
                        Clients.all(),
                        Monitors.all(),
                        Catalog.all(),
                        Configuring.all(),
                        Info.all(),
                        Saves.all(),
                        Shutdowns.all(),
                        SlowLogs.all(),
                        MemoryUse.all(),
                        LatencyEvents.all(),
                        Debugging.all(),
                        Curiosities.all(),
                        Replicating.all(),
                        Modules.all(),
                        Clusters.all(),
                        AccessCommands.all(),
                        Existence.all(),
                        TimeToLive.all(),
                        Moves.all(),
                        KeyNames.all(),
                        Sorting.all(),
                        Introspection.all(),
                        Databases.all(),
                        Strings.all(),
                        Set.all(),
                        GetAndChange.all(),
                        Ranges.all(),
                        Counters.all(),
                        Floats.all(),
                        Lcs.all(),
                        Bits.all(),
                        BitSearch.all(),
                        BitOperations.all(),
                        BitFields.all(),
                        Hashes.all(),
                        Dumps.all(),
                        Migrating.all(),
                        SortedSets.all(),
                        Adding.all(),
                        Ranking.all(),
                        Extremes.all(),
                        BlockingExtremes.all(),
                        Sampling.all(),
                        Combining.all(),
                        Geo.all(),
                        Searching.all(),
                        Lists.all(),
                        BlockingLists.all(),
                        Pushing.all(),
                        Popping.all(),
                        ListMoves.all(),
                        ListSearch.all(),
                        HashFields.all(),
                        HashCounters.all(),
                        Sets.all(),
                        SetDraws.all(),
                        SetAlgebra.all(),
                        HyperLogLogs.all(),
                        HyperLogLogChecks.all(),
                        Streams.all(),
                        Appending.all(),
                        Reading.all(),
                        GroupReading.all(),
                        Groups.all(),
                        Unacknowledged.all(),
                        Claiming.all(),
                        StreamInfo.all(),
                        Transactions.all(),
                        Scripts.all(),
                        Functions.all(),
                        Rooms.all(),
                        Subscribing.all(),
                        Publishing.all())
                .flatMap(List::stream)
                .toList();
    }
}
