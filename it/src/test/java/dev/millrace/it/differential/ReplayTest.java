package dev.millrace.it.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.it.differential.family.Families;
import dev.millrace.it.resp.Frame;
import dev.millrace.it.resp.Reply;
import dev.millrace.it.server.Server;
import dev.millrace.it.server.Setup;
import dev.millrace.it.server.SystemUnderTest;
import dev.millrace.kernel.Seeds;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Whatever random commands of every family left behind is there again after the process was killed:
 * every change is on the log, and the log says exactly what was changed. Times to live are compared
 * to the millisecond, for they are moments and not durations there.
 */
class ReplayTest {
    private static final int RESTARTS = Integer.getInteger("millrace.it.rounds", 4);
    private static final int COMMANDS = 500;

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void what_was_there_before_sigkill_is_there_after(int loops) {
        survives(loops, Server::kill);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void what_was_there_before_sigterm_is_there_after(int loops) {
        survives(loops, Server::terminate);
    }

    private static void survives(int loops, Consumer<Server> end) {
        try (Server server = SystemUnderTest.start(Setup.plain().withLoops(loops))) {
            Seeds.each(
                    RESTARTS,
                    random -> {
                        Draw draw = new Draw(random);
                        List<String> before = state(server, commands(draw));
                        end.accept(server);
                        server.start();
                        assertEquals(before, state(server, List.of()));
                    });
        }
    }

    private static List<Step> commands(Draw draw) {
        Family family = Family.mixed("all families", Families.mixable());
        List<Step> steps = new ArrayList<>();
        // Seldom from nothing, so that the log grows over restarts.
        if (draw.chance(30)) {
            steps.add(Step.call("FLUSHALL"));
        }
        while (steps.size() < COMMANDS) {
            steps.addAll(family.steps().apply(draw));
        }
        return steps;
    }

    /** All that is there after these steps, each line with the command that shows it. */
    private static List<String> state(Server server, List<Step> steps) throws IOException {
        try (Conversation conversation = new Conversation(server.port(), 2)) {
            conversation.run(steps);
            List<Step> looks = Families.finalState();
            List<List<Frame>> answers = conversation.run(looks);
            List<String> lines = new ArrayList<>();
            for (int index = 0; index < looks.size(); index++) {
                Reply reply = answers.get(index).getFirst().reply();
                lines.add(looks.get(index).typed() + ": " + inOrder(reply));
            }
            return lines;
        }
    }

    private static String inOrder(Reply reply) {
        return reply instanceof Reply.Array(List<Reply> items)
                ? items.stream().map(Reply::toString).sorted().toList().toString()
                : reply.toString();
    }
}
