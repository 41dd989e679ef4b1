package dev.millrace.it.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.it.Product;
import dev.millrace.it.server.ForeignProgram;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Clients of other languages, as Debian ships them. */
class ForeignAmqpTest {
    /** Debian's own, which finds Debian's pika; another on the PATH may not. */
    private static final Path PYTHON = Path.of("/usr/bin/python3");

    private static final Path PIKA = Path.of("/usr/lib/python3/dist-packages/pika");

    private static final List<AmqpNode> NODES = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        NODES.add(new AmqpNode());
    }

    @AfterAll
    static void end() throws IOException {
        NODES.getFirst().close();
    }

    private static void succeeds(List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> out);
    }

    @Test
    void pika_works() throws Exception {
        ForeignProgram.requireFile(PIKA, "python3-pika");
        String script = "it/src/test/resources/amqp/pika_client.py";
        succeeds(
                List.of(
                        PYTHON.toString(),
                        Product.home().resolve(script).toString(),
                        "" + NODES.getFirst().port()),
                Map.of());
    }
}
