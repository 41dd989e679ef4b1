package dev.millrace.it.differential;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.millrace.it.differential.family.Families;
import dev.millrace.it.server.RedisProcess;
import dev.millrace.it.server.Server;
import dev.millrace.it.server.Setup;
import dev.millrace.it.server.SystemUnderTest;
import dev.millrace.kernel.Seeds;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * The same random commands to the system under test and to Redis: every reply must be the same.
 *
 * <p>{@code -Dmillrace.it.commands=N} sets how many commands each family and protocol gets, {@code
 * -Dmillrace.it.family=NAME} runs one family alone; a failure names its seed, which {@code
 * -Dmillrace.seed=N} runs again.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DifferentialTest {
    private static final int COMMANDS_PER_SEED = 250;
    private static final int COMMANDS = Integer.getInteger("millrace.it.commands", 2_000);
    private static final String FAMILY = System.getProperty("millrace.it.family", "");

    private final List<Server> servers = new ArrayList<>();

    @BeforeAll
    void start() {
        servers.add(RedisProcess.start(Setup.plain()));
        servers.add(SystemUnderTest.start(Setup.plain().withLoops(2)));
    }

    @AfterAll
    void end() {
        servers.forEach(Server::close);
    }

    @TestFactory
    Stream<DynamicTest> every_family_is_answered_as_redis_answers_it() {
        List<Family> families = new ArrayList<>(Families.all());
        families.add(Family.mixed("all families", Families.mixable()));
        return families.stream()
                .filter(family -> FAMILY.isEmpty() || FAMILY.equals(family.name()))
                .flatMap(family -> Stream.of(test(family, 2), test(family, 3)));
    }

    private DynamicTest test(Family family, int protocol) {
        Duel duel = new Duel(family.name(), servers.getLast().port(), servers.getFirst().port());
        int seeds = Math.max(1, COMMANDS / COMMANDS_PER_SEED);
        return dynamicTest(
                family.name() + " over RESP" + protocol,
                () -> Seeds.each(seeds, random -> fight(duel, family, protocol, random)));
    }

    private static void fight(Duel duel, Family family, int protocol, SplittableRandom random)
            throws Exception {
        Draw draw = new Draw(random);
        boolean pipelined = draw.chance(40);
        List<Step> steps = new ArrayList<>();
        while (steps.size() < COMMANDS_PER_SEED) {
            steps.addAll(family.steps().apply(draw));
        }
        steps.addAll(Families.finalState());
        duel.fight(steps, protocol, pipelined);
    }
}
