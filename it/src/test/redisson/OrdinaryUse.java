import org.redisson.Redisson;
import org.redisson.api.BatchResult;
import org.redisson.api.RAtomicLong;
import org.redisson.api.RBatch;
import org.redisson.api.RBlockingQueue;
import org.redisson.api.RBloomFilter;
import org.redisson.api.RBucket;
import org.redisson.api.RCountDownLatch;
import org.redisson.api.RDelayedQueue;
import org.redisson.api.RLock;
import org.redisson.api.RMapCache;
import org.redisson.api.RPermitExpirableSemaphore;
import org.redisson.api.RRateLimiter;
import org.redisson.api.RReadWriteLock;
import org.redisson.api.RScheduledExecutorService;
import org.redisson.api.RScoredSortedSet;
import org.redisson.api.RScript;
import org.redisson.api.RSemaphore;
import org.redisson.api.RStream;
import org.redisson.api.RTopic;
import org.redisson.api.RTransaction;
import org.redisson.api.RateType;
import org.redisson.api.RedissonClient;
import org.redisson.api.TransactionOptions;
import org.redisson.api.WorkerOptions;
import org.redisson.api.stream.StreamAddArgs;
import org.redisson.api.stream.StreamCreateGroupArgs;
import org.redisson.api.stream.StreamMessageId;
import org.redisson.api.stream.StreamReadGroupArgs;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * What applications do with Redisson: two clients of one server.
 *
 * <p>{@code java -cp ... OrdinaryUse.java single|cluster PORT} prints how many checks passed, or
 * fails.
 */
public final class OrdinaryUse {
    private static final long WAIT_SECONDS_MAX = 20;

    private final Map<String, Callable<?>> checks = new LinkedHashMap<>();
    private final RedissonClient one;
    private final RedissonClient two;

    private OrdinaryUse(Config first, Config second) {
        one = Redisson.create(first);
        two = Redisson.create(second);
    }

    public static void main(String[] words) throws Exception {
        OrdinaryUse use = new OrdinaryUse(config(words[0], words[1]), config(words[0], words[1]));
        use.declare();
        try {
            for (Map.Entry<String, Callable<?>> check : use.checks.entrySet()) {
                try {
                    check.getValue().call();
                } catch (Throwable failure) {
                    throw new IllegalStateException(check.getKey(), failure);
                }
            }
            System.out.println(use.checks.size() + " passed");
        } finally {
            // Nothing runs any more: no need of the quiet seconds that each waits for by itself.
            use.one.shutdown(0, 2, TimeUnit.SECONDS);
            use.two.shutdown(0, 2, TimeUnit.SECONDS);
        }
    }

    private static Config config(String mode, String port) {
        Config config = new Config();
        config.setLockWatchdogTimeout(600);
        String address = "redis://127.0.0.1:" + port;
        switch (mode) {
            case "single" -> config.useSingleServer().setAddress(address);
            case "cluster" -> config.useClusterServers().addNodeAddress(address);
            default -> throw new IllegalArgumentException(mode);
        }
        return config;
    }

    private void declare() {
        checks.put("a lock is renewed while it is held, and who waits gets it", this::lock);
        checks.put("a fair lock is given in the order of asking", this::fairLock);
        checks.put("readers share, a writer is alone", this::readWriteLock);
        checks.put("a semaphore has so many permits", this::semaphore);
        checks.put("a permit that expires comes back", this::expiringPermit);
        checks.put("a latch opens when it was counted down", this::latch);
        checks.put("a rate limiter refuses what is too much", this::rateLimiter);
        checks.put("a delayed queue gives its elements late", this::delayedQueue);
        checks.put("a map's entry lives as long as it was given", this::mapCache);
        checks.put("a topic tells all that listen", this::topic);
        checks.put("counters count", this::counter);
        checks.put("a bloom filter knows what was added", this::bloomFilter);
        checks.put("a batch answers in order", this::batch);
        checks.put("a transaction is made whole or taken back", this::transaction);
        checks.put("sorted sets and scripts", this::setsAndScripts);
        checks.put("a stream's group has each message once", this::stream);
        checks.put("tasks are executed elsewhere, now and later", this::executor);
    }

    private Void lock() throws Exception {
        RLock held = one.getLock("lock");
        RLock asked = two.getLock("lock");
        held.lock();
        same(false, asked.tryLock(1200, TimeUnit.MILLISECONDS)); // Two of the watch dog's times.
        same(true, held.isHeldByCurrentThread());
        held.lock();
        same(2, held.getHoldCount());
        CountDownLatch waits = new CountDownLatch(1);
        Future<Boolean> got =
                CompletableFuture.supplyAsync(
                        () -> {
                            waits.countDown();
                            asked.lock();
                            asked.unlock();
                            return true;
                        });
        waits.await();
        held.unlock();
        same(false, got.isDone());
        held.unlock();
        same(true, got.get(WAIT_SECONDS_MAX, TimeUnit.SECONDS));
        same(false, held.isLocked());
        asked.lock(50, TimeUnit.MILLISECONDS); // Without a watch dog it ends by itself.
        same(true, held.tryLock(WAIT_SECONDS_MAX, TimeUnit.SECONDS));
        held.unlock();
        return null;
    }

    private Void fairLock() throws Exception {
        RLock held = one.getFairLock("fair");
        held.lock();
        List<Integer> order = java.util.Collections.synchronizedList(new ArrayList<>());
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int number = i;
            RLock asked = (i % 2 == 0 ? two : one).getFairLock("fair");
            all.add(
                    CompletableFuture.runAsync(
                            () -> {
                                asked.lock();
                                order.add(number);
                                asked.unlock();
                            },
                            task -> Thread.ofPlatform().start(task)));
            int queued = i + 1;
            until(
                    () ->
                            one.getDeque("redisson_lock_queue:{fair}", StringCodec.INSTANCE).size()
                                    == queued);
        }
        held.unlock();
        for (Future<?> each : all) {
            each.get(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
        }
        same(List.of(0, 1, 2, 3), order);
        return null;
    }

    private Void readWriteLock() throws Exception {
        RReadWriteLock here = one.getReadWriteLock("rw");
        RReadWriteLock there = two.getReadWriteLock("rw");
        here.readLock().lock();
        same(true, there.readLock().tryLock());
        same(false, there.writeLock().tryLock());
        there.readLock().unlock();
        Future<Boolean> written =
                CompletableFuture.supplyAsync(
                        () -> {
                            there.writeLock().lock();
                            there.writeLock().unlock();
                            return true;
                        });
        here.readLock().unlock();
        same(true, written.get(WAIT_SECONDS_MAX, TimeUnit.SECONDS));
        return null;
    }

    private Void semaphore() throws Exception {
        RSemaphore here = one.getSemaphore("semaphore");
        RSemaphore there = two.getSemaphore("semaphore");
        same(true, here.trySetPermits(2));
        here.acquire(2);
        same(false, there.tryAcquire());
        Future<Boolean> got =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return there.tryAcquire(
                                        java.time.Duration.ofSeconds(WAIT_SECONDS_MAX));
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        });
        here.release();
        same(true, got.get(WAIT_SECONDS_MAX, TimeUnit.SECONDS));
        same(0, here.availablePermits());
        return null;
    }

    private Void expiringPermit() throws Exception {
        RPermitExpirableSemaphore here = one.getPermitExpirableSemaphore("permits");
        RPermitExpirableSemaphore there = two.getPermitExpirableSemaphore("permits");
        same(true, here.trySetPermits(1));
        String lost = here.acquire(100, TimeUnit.MILLISECONDS);
        String got = there.tryAcquire(WAIT_SECONDS_MAX, 60, TimeUnit.SECONDS);
        same(false, lost.equals(got));
        there.release(got);
        return null;
    }

    private Void latch() throws Exception {
        RCountDownLatch here = one.getCountDownLatch("latch");
        same(true, here.trySetCount(2));
        Future<Boolean> open =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return two.getCountDownLatch("latch")
                                        .await(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        });
        here.countDown();
        here.countDown();
        same(true, open.get(WAIT_SECONDS_MAX, TimeUnit.SECONDS));
        return null;
    }

    private Void rateLimiter() {
        RRateLimiter here = one.getRateLimiter("rate");
        same(true, here.trySetRate(RateType.OVERALL, 3, java.time.Duration.ofHours(1)));
        same(true, here.tryAcquire(2));
        same(true, two.getRateLimiter("rate").tryAcquire());
        same(false, here.tryAcquire());
        same(0L, here.availablePermits());
        return null;
    }

    @SuppressWarnings("deprecation")
    private Void delayedQueue() throws Exception {
        RBlockingQueue<String> queue = two.getBlockingQueue("{delayed}queue");
        RDelayedQueue<String> delayed = one.getDelayedQueue(one.getBlockingQueue("{delayed}queue"));
        delayed.offer("late", 300, TimeUnit.MILLISECONDS);
        delayed.offer("soon", 20, TimeUnit.MILLISECONDS);
        same("soon", queue.poll(WAIT_SECONDS_MAX, TimeUnit.SECONDS));
        same("late", queue.poll(WAIT_SECONDS_MAX, TimeUnit.SECONDS));
        delayed.destroy();
        return null;
    }

    private Void mapCache() throws Exception {
        RMapCache<String, Integer> map = one.getMapCache("map");
        same(null, map.put("short", 1, 50, TimeUnit.MILLISECONDS));
        same(null, map.put("long", 2, 1, TimeUnit.HOURS));
        same(2, two.<String, Integer>getMapCache("map").get("long"));
        until(() -> map.get("short") == null);
        same(false, map.containsKey("short"));
        same(2, map.put("long", 3));
        same(3, map.putIfAbsent("long", 9));
        RMapCache<String, Integer> small = one.getMapCache("small");
        same(true, small.trySetMaxSize(2));
        for (String key : List.of("a", "b", "c")) {
            small.put(key, 1);
        }
        same(List.of("b", "c"), small.readAllKeySet().stream().sorted().toList());
        same(1L, small.fastRemove("b"));
        return null;
    }

    private Void topic() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        RTopic topic = two.getTopic("news");
        topic.addListener(String.class, (channel, text) -> heard.add(channel + " " + text));
        two.getPatternTopic("n*")
                .addListener(String.class, (p, c, text) -> heard.add(p + " " + text));
        same(2L, one.getTopic("news").publish("hello"));
        List<String> both =
                new ArrayList<>(
                        List.of(
                                heard.poll(WAIT_SECONDS_MAX, TimeUnit.SECONDS),
                                heard.poll(WAIT_SECONDS_MAX, TimeUnit.SECONDS)));
        both.sort(null);
        same(List.of("n* hello", "news hello"), both);
        topic.removeAllListeners();
        return null;
    }

    private Void counter() {
        RAtomicLong count = one.getAtomicLong("count");
        same(1L, count.incrementAndGet());
        same(true, two.getAtomicLong("count").compareAndSet(1, 40));
        same(42L, count.addAndGet(2));
        same(2.5, one.getAtomicDouble("double").addAndGet(2.5));
        same(true, one.getIdGenerator("ids").nextId() < two.getIdGenerator("ids").nextId());
        return null;
    }

    private Void bloomFilter() {
        RBloomFilter<String> filter = one.getBloomFilter("bloom");
        same(true, filter.tryInit(10_000, 0.01));
        for (int i = 0; i < 100; i++) {
            filter.add("in " + i);
        }
        long found = 0;
        for (int i = 0; i < 100; i++) {
            same(true, two.<String>getBloomFilter("bloom").contains("in " + i));
            found += filter.contains("out " + i) ? 1 : 0;
        }
        same(true, found < 10);
        return null;
    }

    private Void batch() {
        RBatch batch = one.createBatch();
        for (int i = 0; i < 100; i++) {
            batch.getAtomicLong("batch").incrementAndGetAsync();
        }
        batch.getBucket("text").setAsync("value");
        batch.getBucket("text").getAsync();
        BatchResult<?> result = batch.execute();
        same(100L, result.getResponses().get(99));
        same("value", result.getResponses().getLast());
        return null;
    }

    private Void transaction() {
        RTransaction kept = one.createTransaction(TransactionOptions.defaults());
        kept.<String>getBucket("{tx}a").set("1");
        kept.<String, String>getMap("{tx}map").put("k", "v");
        same(false, two.getBucket("{tx}a").isExists());
        kept.commit();
        same("1", two.getBucket("{tx}a").get());
        same("v", two.getMap("{tx}map").get("k"));
        RTransaction back = one.createTransaction(TransactionOptions.defaults());
        back.<String>getBucket("{tx}a").set("2");
        back.rollback();
        same("1", two.getBucket("{tx}a").get());
        return null;
    }

    private Void setsAndScripts() {
        RScoredSortedSet<String> set = one.getScoredSortedSet("scores");
        set.addAll(Map.of("a", 1.0, "b", 2.0, "c", 3.0));
        same(List.of("b", "c"), List.copyOf(set.valueRange(1, 2)));
        same("a", two.getScoredSortedSet("scores").pollFirst());
        RBucket<String> bucket = one.getBucket("scripted", StringCodec.INSTANCE);
        RScript script = one.getScript(StringCodec.INSTANCE);
        Object got =
                script.eval(
                        RScript.Mode.READ_WRITE,
                        "redis.call('SET', KEYS[1], ARGV[1]) return redis.call('GET', KEYS[1])",
                        RScript.ReturnType.VALUE,
                        List.of("scripted"),
                        "x");
        same("x", got);
        same("x", bucket.getAndDelete());
        return null;
    }

    private Void stream() {
        RStream<String, String> stream = one.getStream("stream");
        stream.createGroup(StreamCreateGroupArgs.name("group").makeStream());
        StreamMessageId id = stream.add(StreamAddArgs.entry("k", "v"));
        Map<StreamMessageId, Map<String, String>> read =
                two.<String, String>getStream("stream")
                        .readGroup("group", "c", StreamReadGroupArgs.neverDelivered().count(5));
        same(Map.of(id, Map.of("k", "v")), read);
        same(1L, stream.getPendingInfo("group").getTotal());
        same(1L, stream.ack("group", id));
        return null;
    }

    /** What is done elsewhere. */
    public static final class Sum implements Callable<Integer>, Serializable {
        private static final long serialVersionUID = 1;
        private final int[] numbers;

        Sum(int... numbers) {
            this.numbers = numbers;
        }

        @Override
        public Integer call() {
            return Arrays.stream(numbers).sum();
        }
    }

    private Void executor() throws Exception {
        two.getExecutorService("{tasks}").registerWorkers(WorkerOptions.defaults().workers(1));
        RScheduledExecutorService tasks = one.getExecutorService("{tasks}");
        same(6, tasks.submit(new Sum(1, 2, 3)).get(WAIT_SECONDS_MAX, TimeUnit.SECONDS));
        same(
                9,
                tasks.schedule(new Sum(4, 5), 50, TimeUnit.MILLISECONDS)
                        .get(WAIT_SECONDS_MAX, TimeUnit.SECONDS));
        tasks.shutdown();
        return null;
    }

    private static void until(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS_MAX);
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not in time");
            }
            Thread.sleep(5);
        }
    }

    private static void same(Object expected, Object found) {
        if (!Objects.equals(expected, found)) {
            throw new AssertionError(found + " (expected: " + expected + ")");
        }
    }
}
