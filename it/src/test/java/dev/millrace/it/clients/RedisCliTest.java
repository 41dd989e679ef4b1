package dev.millrace.it.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.resp.Reply;
import dev.millrace.it.resp.RespConnection;
import dev.millrace.it.server.ForeignProgram;
import dev.millrace.it.server.MillraceProcess;
import dev.millrace.it.server.Setup;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code redis-cli --pipe}, with which Redis's manual says to move much data in. */
class RedisCliTest {
    private static final int COMMANDS = 100_000;
    private static final int KINDS = 8;
    private static final int KEYS = 500;

    @TempDir private Path folder;

    /** What must be there afterwards. */
    private final Map<String, String> strings = new HashMap<>();

    private final Map<String, Integer> sizes = new HashMap<>();

    @Test
    void a_hundred_thousand_commands_through_a_pipe_have_as_many_replies_and_no_error()
            throws Exception {
        Path commands = folder.resolve("commands");
        try (BufferedWriter out = Files.newBufferedWriter(commands, StandardCharsets.ISO_8859_1)) {
            for (int i = 0; i < COMMANDS; i++) {
                out.write(RespConnection.encode(command(i)));
            }
        }
        try (MillraceProcess millrace = MillraceProcess.start(Setup.plain())) {
            String printed = pipe(millrace.port(), commands);
            assertTrue(printed.contains("errors: 0, replies: " + COMMANDS), printed);
            try (RespConnection client = RespConnection.open(millrace.port())) {
                for (Map.Entry<String, String> string : strings.entrySet()) {
                    Reply reply = client.call("GET", string.getKey()).reply();
                    assertEquals(new Reply.Bulk(string.getValue()), reply, string.getKey());
                }
                for (Map.Entry<String, Integer> counted : sizes.entrySet()) {
                    long size = size(client, counted.getKey());
                    assertEquals((long) counted.getValue(), size, counted.getKey());
                }
                long keys = client.call("DBSIZE").reply().number();
                assertEquals(strings.size() + sizes.size(), keys);
            }
        }
    }

    private List<String> command(int i) {
        String key = "" + i / KINDS % KEYS;
        return switch (i % KINDS) {
            case 0 -> {
                String value = "\r\n\0\u00ff" + i + "x".repeat(i % 300);
                strings.put("string:" + key, value);
                yield List.of("SET", "string:" + key, value);
            }
            case 1 -> {
                String counter = "counter:" + key;
                int sum = Integer.parseInt(strings.getOrDefault(counter, "0")) + i;
                strings.put(counter, "" + sum);
                yield List.of("INCRBY", counter, "" + i);
            }
            case 2 -> {
                strings.remove("string:" + key);
                yield List.of("DEL", "string:" + key);
            }
            case 3 -> collected("RPUSH", "list:" + key, "" + i);
            case 4 -> collected("HSET", "hash:" + key, "field:" + i, "value");
            case 5 -> collected("SADD", "set:" + key, "" + i);
            case 6 -> collected("ZADD", "zset:" + key, "" + i, "member:" + i);
            default -> List.of("PING");
        };
    }

    private List<String> collected(String command, String key, String... more) {
        sizes.merge(key, 1, Integer::sum);
        return more.length == 1
                ? List.of(command, key, more[0])
                : List.of(command, key, more[0], more[1]);
    }

    private static long size(RespConnection client, String key) throws IOException {
        String command =
                switch (key.substring(0, key.indexOf(':'))) {
                    case "list" -> "LLEN";
                    case "hash" -> "HLEN";
                    case "set" -> "SCARD";
                    default -> "ZCARD";
                };
        return client.call(command, key).reply().number();
    }

    private static String pipe(int port, Path commands) throws Exception {
        Process process =
                new ProcessBuilder(
                                ForeignProgram.REDIS_CLI.require().toString(),
                                "-p",
                                "" + port,
                                "--pipe")
                        .redirectInput(commands.toFile())
                        .redirectErrorStream(true)
                        .start();
        String printed =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), printed);
        return printed;
    }
}
