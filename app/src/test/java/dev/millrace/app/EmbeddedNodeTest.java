package dev.millrace.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.discovery.Instance;
import dev.millrace.kv.embedded.Answer;
import dev.millrace.kv.embedded.Block;
import dev.millrace.kv.embedded.Expected;
import dev.millrace.kv.embedded.NothingChanged;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Blocks of a JVM that a node runs in. */
class EmbeddedNodeTest {
    private static final int MANY = 200;

    @TempDir Path data;
    private EmbeddedNode node;

    @BeforeEach
    void start() throws Exception {
        node = EmbeddedNode.start(data, Map.of());
    }

    @AfterEach
    void stop() throws IOException {
        node.close();
    }

    @Test
    void what_this_node_listens_for_is_found_as_services() {
        List<Instance> found = node.services().healthy("millrace-kv-resp");
        assertEquals(
                List.of(node.port("kv.resp.port")), found.stream().map(Instance::port).toList());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String shown(Answer answer) {
        return switch (answer) {
            case Answer.Status status -> status.text();
            case Answer.Failure failure -> "-" + failure.text();
            case Answer.Whole whole -> Long.toString(whole.value());
            case Answer.Bytes bytes -> bytes.text();
            case Answer.Nothing _ -> "nothing";
            case Answer.Several several ->
                    several.answers().stream().map(EmbeddedNodeTest::shown).toList().toString();
        };
    }

    private static List<String> done(Block block) throws Exception {
        return block.commit().get().stream().map(EmbeddedNodeTest::shown).toList();
    }

    private static String refused(Block block) {
        ExecutionException failure =
                assertThrows(ExecutionException.class, () -> block.commit().get());
        return String.valueOf(
                assertInstanceOf(NothingChanged.class, failure.getCause()).getMessage());
    }

    private String get(String key) throws Exception {
        return done(node.begin().command("GET", key)).getFirst();
    }

    @Test
    void a_block_changes_every_room_and_what_each_command_answers_is_told() throws Exception {
        Block block =
                node.begin()
                        .command("SET", "order:1", "paid")
                        .command("HINCRBY", "counts", "orders", "1")
                        .publish("orders", utf8("now"))
                        .publish("orders", utf8("later"), Duration.ofMinutes(5))
                        .publishTo("amq.fanout", "", utf8("nobody"))
                        .append("order-1", "paid", utf8("{}"), Expected.noStream())
                        .append("order-1", "sent", utf8("{}"), utf8("{}"), Expected.revision(0))
                        .append("order-1", "seen", utf8("x"), Expected.any())
                        .command("MGET", "order:1", "none");
        assertEquals(
                List.of("OK", "1", "OK", "OK", "0", "0", "1", "2", "[paid, nothing]"), done(block));
        node.close();
        start();
        assertEquals("paid", get("order:1"));
        assertEquals(
                List.of("3"),
                done(node.begin().append("order-1", "t", utf8("x"), Expected.revision(2))));
    }

    @Test
    void a_block_that_is_refused_has_changed_nothing() throws Exception {
        assertEquals(
                "EXECABORT Transaction discarded because of: WRONGVERSION stream 's' does not exist"
                        + " (expected: 7)",
                refused(
                        node.begin()
                                .command("SET", "k", "v")
                                .append("s", "t", utf8("x"), Expected.revision(7))));
        assertEquals(
                "ERR wrong number of arguments for 'get' command",
                refused(node.begin().command("SET", "k", "v").command("GET")));
        assertEquals("nothing", get("k"));
    }

    @Test
    void one_command_that_is_refused_is_told_and_the_others_have_run() throws Exception {
        assertEquals(
                List.of(
                        "OK",
                        "-WRONGTYPE Operation against a key holding the wrong kind of value",
                        "v"),
                done(
                        node.begin()
                                .command("SET", "k", "v")
                                .command("LPUSH", "k", "x")
                                .command("GET", "k")));
    }

    @Test
    void blocks_of_many_threads_are_done_one_after_another() throws Exception {
        List<CompletableFuture<List<Answer>>> all = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            all.add(
                    node.begin()
                            .command("INCR", "count")
                            .append("counted", "t", utf8("" + i), Expected.any())
                            .commit());
        }
        for (CompletableFuture<List<Answer>> one : all) {
            List<String> answers = one.get().stream().map(EmbeddedNodeTest::shown).toList();
            assertEquals(Long.parseLong(answers.get(0)) - 1, Long.parseLong(answers.get(1)));
        }
        assertEquals("" + MANY, get("count"));
    }

    @Test
    void what_would_break_out_of_a_block_is_not_taken() throws Exception {
        Block block = node.begin();
        assertThrows(IllegalArgumentException.class, () -> block.command("exec"));
        assertThrows(IllegalArgumentException.class, () -> block.command(new String[0]));
        assertEquals(List.of("PONG"), done(block.command("PING")));
        assertThrows(IllegalStateException.class, () -> block.command("PING"));
        assertThrows(IllegalStateException.class, block::commit);
    }

    @Test
    void after_the_node_has_stopped_nobody_waits_for_ever() throws Exception {
        Block block = node.begin().command("SET", "k", "v");
        node.close();
        ExecutionException failure =
                assertThrows(ExecutionException.class, () -> block.commit().get());
        assertInstanceOf(IllegalStateException.class, failure.getCause());
        start();
    }

    @Test
    void a_script_that_has_written_and_does_not_end_is_given_up_and_nothing_of_it_is_kept()
            throws Exception {
        done(
                node.begin()
                        .command("SET", "kept", "1")
                        .command("CONFIG", "SET", "busy-reply-threshold", "20"));
        CompletableFuture<List<Answer>> endless =
                node.begin()
                        .command("EVAL", "redis.call('SET', 'torn', '1') while true do end", "0")
                        .commit();
        node.close();
        ExecutionException failure = assertThrows(ExecutionException.class, endless::get);
        assertTrue(String.valueOf(failure.getMessage()).contains("nothing of what the script"));
        start();
        assertEquals("1", get("kept"));
        assertEquals("nothing", get("torn"));
    }

    @Test
    void a_password_is_for_clients_only() throws Exception {
        node.close();
        node = EmbeddedNode.start(data, Map.of("kv.requirepass", "secret"));
        assertEquals(List.of("OK"), done(node.begin().command("SET", "k", "v")));
        assertThrows(
                IllegalArgumentException.class,
                () -> EmbeddedNode.start(data, Map.of("no.such", "setting")));
    }
}
