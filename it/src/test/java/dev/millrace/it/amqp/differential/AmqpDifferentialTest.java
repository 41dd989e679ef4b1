package dev.millrace.it.amqp.differential;

import dev.millrace.it.Product;
import dev.millrace.it.server.Scratch;
import dev.millrace.kernel.Seeds;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The same random methods to RabbitMQ and to the product: every answer must be the same, the texts
 * of refusals included.
 *
 * <p>{@code -Dmillrace.it.methods=N} sets how many there are; a failure names its seed, which
 * {@code -Dmillrace.seed=N} runs again.
 */
class AmqpDifferentialTest {
    private static final int METHODS_PER_SEED = 80;
    private static final int METHODS = Integer.getInteger("millrace.it.methods", 1_600);

    @Test
    void every_method_is_answered_as_rabbitmq_answers_it() throws Exception {
        Path data = Scratch.folder("amqp-differential");
        try (RabbitMq rabbit = new RabbitMq();
                Product product = Product.up(data, "--only", "queue", "--set", "queue.sync=os");
                Side wanted = new Side(rabbit.port());
                Side got = new Side(product.port("queue.amqp.port"))) {
            Seeds.each(
                    Math.max(1, METHODS / METHODS_PER_SEED),
                    random -> compare(random, wanted, got));
        } finally {
            Scratch.delete(data);
        }
    }

    private static void compare(SplittableRandom random, Side wanted, Side got) throws IOException {
        wanted.clear(Draw.QUEUES, Draw.EXCHANGES);
        got.clear(Draw.QUEUES, Draw.EXCHANGES);
        Draw draw = new Draw(random);
        List<String> said = new ArrayList<>();
        for (int i = 0; i < METHODS_PER_SEED; i++) {
            Step step = draw.step();
            String rabbits = wanted.answer(step.client(), step.method());
            String ours = got.answer(step.client(), step.method());
            said.add("client %d: %s: %s".formatted(step.client(), step.text(), rabbits));
            if (!ours.equals(rabbits)) {
                throw new AssertionError(
                        "answered: %s%nafter%n%s".formatted(ours, String.join("\n", said)));
            }
        }
    }
}
