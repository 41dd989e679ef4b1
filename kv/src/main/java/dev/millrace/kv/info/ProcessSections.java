package dev.millrace.kv.info;

import dev.millrace.kv.command.RedisVersion;
import dev.millrace.kv.config.Parameters;
import dev.millrace.kv.replication.PlannedEnd;
import dev.millrace.kv.script.Engine;
import dev.millrace.kv.session.Config;
import dev.millrace.kv.session.KvServer;

import java.time.Instant;

/** Of the process: server, memory, cpu. */
final class ProcessSections {
    private static final int SECONDS_PER_DAY = 86_400;
    private static final int MICROS_PER_SECOND = 1_000_000;
    private static final int NANOS_PER_MICRO = 1000;
    private static final int MILLIS_PER_SECOND = 1000;
    private static final long CLOCK_MASK = 0xff_ffff;

    private ProcessSections() {}

    static void server(KvServer server, Lines lines) {
        Instant now = server.clock().instant();
        long up = (now.toEpochMilli() - server.startedMillis()) / MILLIS_PER_SECOND;
        String hz = Parameters.of(server).value("hz");
        lines.add("redis_version", RedisVersion.TEXT)
                .add("redis_git_sha1", "00000000")
                .add("redis_git_dirty", 0)
                .add("redis_build_id", "0000000000000000")
                .add("redis_mode", server.isCluster() ? "cluster" : "standalone")
                .add("os", ProcessFacts.system())
                .add("arch_bits", Long.SIZE)
                .add("monotonic_clock", "POSIX clock_gettime")
                .add("multiplexing_api", server.transport())
                .add("atomicvar_api", "jvm")
                .add("gcc_version", "0.0.0")
                .add("process_id", ProcessHandle.current().pid())
                .add("process_supervised", "no")
                .add("run_id", Recent.of(server).runId())
                .add("tcp_port", Parameters.of(server).value("port"))
                .add(
                        "server_time_usec",
                        now.getEpochSecond() * MICROS_PER_SECOND + now.getNano() / NANOS_PER_MICRO)
                .add("uptime_in_seconds", up)
                .add("uptime_in_days", up / SECONDS_PER_DAY)
                .add("hz", hz)
                .add("configured_hz", hz)
                .add("lru_clock", now.getEpochSecond() & CLOCK_MASK)
                .add("executable", ProcessHandle.current().info().command().orElse(""))
                .add("config_file", "")
                .add("io_threads_active", server.lanes().size() > 1 ? 1 : 0);
        PlannedEnd.of(server)
                .leftMillis()
                .ifPresent(left -> lines.add("shutdown_in_milliseconds", left));
    }

    static void memory(KvServer server, Lines lines) {
        Recent recent = Recent.of(server);
        Engine scripts = Engine.of(server);
        Overhead overhead = Overhead.of(server);
        long used = recent.usedBytes();
        long dataset = recent.storeBytes() - overhead.tables();
        long peak = recent.peakBytes();
        long resident = ProcessFacts.residentBytes();
        long heap = ProcessFacts.heapBytes();
        long maxmemory = server.config().get(Config.Quantity.MAXMEMORY_BYTES);
        lines.bytes("used_memory", used)
                .bytes("used_memory_rss", resident)
                .bytes("used_memory_peak", peak)
                .add("used_memory_peak_perc", Lines.decimal(percent(used, peak), 2) + "%")
                .add("used_memory_overhead", overhead.sum())
                .add("used_memory_startup", 0)
                .add("used_memory_dataset", dataset)
                .add("used_memory_dataset_perc", Lines.decimal(percent(dataset, used), 2) + "%")
                .add("used_memory_heap", heap)
                .add("allocator_allocated", used)
                .add("allocator_active", used)
                .add("allocator_resident", resident)
                .bytes("total_system_memory", ProcessFacts.systemBytes())
                .add("used_memory_lua", scripts.luaBytes())
                .add("used_memory_vm_eval", scripts.luaBytes())
                .human("used_memory_lua", scripts.luaBytes())
                .add("used_memory_scripts_eval", scripts.scriptBytes())
                .add("number_of_cached_scripts", scripts.scriptCount())
                .add("number_of_functions", scripts.functionCount())
                .add("number_of_libraries", scripts.libraryCount())
                .add("used_memory_vm_functions", scripts.functionLuaBytes())
                .bytes("used_memory_vm_total", scripts.luaBytes() + scripts.functionLuaBytes())
                .add("used_memory_functions", scripts.libraryBytes())
                .bytes("used_memory_scripts", scripts.scriptBytes() + scripts.libraryBytes())
                .bytes("maxmemory", maxmemory)
                .add("maxmemory_policy", server.config().maxmemoryPolicy())
                .add("allocator_frag_ratio", 1.0)
                .add("allocator_frag_bytes", 0)
                .add("allocator_rss_ratio", ratio(resident, used))
                .add("allocator_rss_bytes", Math.max(resident - used, 0))
                .add("rss_overhead_ratio", 1.0)
                .add("rss_overhead_bytes", 0)
                .add("mem_fragmentation_ratio", ratio(resident, used))
                .add("mem_fragmentation_bytes", Math.max(resident - used, 0))
                .zero("mem_not_counted_for_evict")
                .add("mem_replication_backlog", overhead.backlog())
                .add("mem_total_replication_buffers", overhead.backlog() + overhead.replicas())
                .add("mem_clients_slaves", overhead.replicas())
                .add("mem_clients_normal", overhead.clients())
                .zero("mem_cluster_links", "mem_aof_buffer")
                .add("mem_allocator", "slabs")
                .zero("active_defrag_running")
                .add("lazyfree_pending_objects", server.stripes().objectsToFree())
                .add("lazyfreed_objects", server.stripes().objectsFreed());
    }

    private static double percent(long part, long whole) {
        return whole == 0 ? 100 : part * 100.0 / whole;
    }

    private static double ratio(long a, long b) {
        return b == 0 ? 1 : (double) a / b;
    }

    static void cpu(Lines lines) {
        ProcessFacts.Cpu cpu = ProcessFacts.cpu();
        lines.add("used_cpu_sys", Lines.decimal(cpu.system(), 6))
                .add("used_cpu_user", Lines.decimal(cpu.user(), 6))
                .add("used_cpu_sys_children", Lines.decimal(0, 6))
                .add("used_cpu_user_children", Lines.decimal(0, 6))
                .add("used_cpu_sys_main_thread", Lines.decimal(cpu.system(), 6))
                .add("used_cpu_user_main_thread", Lines.decimal(cpu.user(), 6));
    }
}
