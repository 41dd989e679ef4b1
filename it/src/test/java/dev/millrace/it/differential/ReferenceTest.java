package dev.millrace.it.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.resp.Reply;
import dev.millrace.it.resp.RespConnection;
import dev.millrace.it.server.Await;
import dev.millrace.it.server.RedisProcess;
import dev.millrace.it.server.Server;
import dev.millrace.it.server.Setup;
import dev.millrace.it.server.SystemUnderTest;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What Redis says of its own commands, and what only time shows; not random. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReferenceTest {
    private static final Duration EXPIRY_MAX = Duration.ofSeconds(10);

    /** How commands are called that no Redis has. */
    private static final String OUR_OWN = "mr.";

    private final List<Server> servers = new ArrayList<>();
    private final List<RespConnection> connections = new ArrayList<>();

    @BeforeAll
    void start() {
        servers.add(RedisProcess.start(Setup.plain()));
        servers.add(SystemUnderTest.start(Setup.plain()));
    }

    @AfterAll
    void end() {
        servers.forEach(Server::close);
    }

    @BeforeEach
    void connect() throws IOException {
        for (Server server : servers) {
            connections.add(RespConnection.open(server.port()));
            connections.getLast().call("FLUSHALL");
        }
    }

    @AfterEach
    void disconnect() {
        connections.forEach(RespConnection::close);
        connections.clear();
    }

    @Test
    void every_listed_command_of_redis_is_described_as_redis_describes_it() throws IOException {
        assertEquals("", differences("INFO"));
    }

    /**
     * Families that are not there yet, by what their full names begin with. What is here may not be
     * missing, and what is missing may be nothing else.
     */
    private static final List<String> NOT_YET = List.of("eval", "fcall", "function", "script");

    @Test
    void every_command_of_redis_is_there_but_for_the_families_that_are_not_yet()
            throws IOException {
        List<Set<String>> names = names("COMMAND", "LIST");
        Set<String> missing = new TreeSet<>(names.getFirst());
        missing.removeAll(names.getLast());
        missing.removeIf(name -> NOT_YET.stream().anyMatch(name::startsWith));
        assertEquals(Set.of(), missing);
    }

    @Test
    void every_category_has_the_commands_that_redis_has_in_it() throws IOException {
        Set<String> ours = names("COMMAND", "LIST").getLast();
        for (String category : names("ACL", "CAT").getFirst()) {
            List<Set<String>> members = names("ACL", "CAT", category);
            members.getFirst().retainAll(ours);
            members.getLast().removeIf(name -> name.startsWith(OUR_OWN));
            assertEquals(members.getFirst(), members.getLast(), category);
        }
    }

    /** The strings that both answer, Redis's first. */
    private List<Set<String>> names(String... command) throws IOException {
        List<Set<String>> names = new ArrayList<>();
        for (Reply answer : both(command)) {
            Set<String> texts = new TreeSet<>();
            answer.children().forEach(child -> texts.add(child.text()));
            names.add(texts);
        }
        return names;
    }

    /** Each by itself: Redis's containers have subcommands that are not there. */
    @Test
    void every_listed_command_of_redis_is_documented_as_redis_documents_it() throws IOException {
        List<String> listed = listed();
        assertTrue(listed.size() > 100, listed.toString());
        for (String command : listed) {
            for (int protocol = 2; protocol <= 3; protocol++) {
                both("HELLO", "" + protocol);
                List<Reply> answers = both("COMMAND", "DOCS", command);
                assertEquals(
                        documented(answers.getFirst()),
                        documented(answers.getLast()),
                        command + " over RESP" + protocol);
            }
        }
    }

    /** A command's name and its documentation, less that of its subcommands. */
    private static List<Object> documented(Reply docs) {
        List<Object> told = new ArrayList<>();
        told.add(docs.getClass());
        told.add(docs.children().get(0));
        told.add(docs.children().get(1).getClass());
        List<Reply> fields = docs.children().get(1).children();
        for (int i = 0; i < fields.size(); i += 2) {
            if (!fields.get(i).text().equals("subcommands")) {
                told.add(fields.get(i));
                told.add(fields.get(i + 1));
            }
        }
        return told;
    }

    @Test
    void a_fresh_string_has_the_encoding_that_redis_gives_it() throws IOException {
        for (String value :
                List.of(
                        "12",
                        "-1",
                        "9223372036854775807",
                        "9223372036854775808",
                        "012",
                        "",
                        "abc",
                        "x".repeat(44),
                        "x".repeat(45))) {
            both("SET", "k", value);
            List<Reply> answers = both("OBJECT", "ENCODING", "k");
            assertEquals(answers.getFirst(), answers.getLast(), value);
        }
    }

    @Test
    void a_key_is_gone_when_its_time_has_come() throws IOException {
        both("SET", "brief", "x", "PX", "20");
        both("SET", "long", "x", "PX", "100000");
        for (RespConnection connection : connections) {
            Await.until("the key is gone", EXPIRY_MAX, () -> isGone(connection));
        }
        assertEquals(List.of(new Reply.Whole(-2), new Reply.Whole(-2)), both("TTL", "brief"));
        assertEquals(List.of(new Reply.Whole(1), new Reply.Whole(1)), both("EXISTS", "long"));
    }

    @Test
    void a_key_that_nobody_asks_for_expires_too_and_tells_it() throws IOException {
        both("CONFIG", "SET", "notify-keyspace-events", "Ex");
        both("SUBSCRIBE", "__keyevent@0__:expired");
        for (Server server : servers) {
            try (RespConnection writer = RespConnection.open(server.port())) {
                writer.call("SET", "unasked", "x", "PX", "20");
            }
        }
        for (RespConnection connection : connections) {
            assertEquals("unasked", connection.read().reply().children().getLast().text());
        }
    }

    @Test
    void quit_is_answered_and_then_the_connection_closes() throws IOException {
        assertEquals(List.of(new Reply.Simple("OK"), new Reply.Simple("OK")), both("QUIT"));
        for (RespConnection connection : connections) {
            assertTrue(connection.closedByPeer());
        }
    }

    private static boolean isGone(RespConnection connection) {
        try {
            return connection.call("GET", "brief").reply() instanceof Reply.Nothing;
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    private String differences(String what) throws IOException {
        StringBuilder differences = new StringBuilder();
        for (String command : listed()) {
            for (int protocol = 2; protocol <= 3; protocol++) {
                both("HELLO", "" + protocol);
                List<Reply> answers = both("COMMAND", what, command);
                String ours = Description.of(answers.getLast());
                String theirs = Description.of(answers.getFirst());
                if (!ours.equals(theirs)) {
                    differences.append(command + " over RESP" + protocol);
                    differences.append(
                            "\n  under test: " + ours + "\n  redis:      " + theirs + '\n');
                }
            }
        }
        return differences.toString();
    }

    /** All that the system under test knows, subcommands as {@code name|subcommand}. */
    private List<String> listed() throws IOException {
        RespConnection ours = connections.getLast();
        List<String> names = new ArrayList<>();
        for (Reply name : ours.call("COMMAND", "LIST").reply().children()) {
            names.add(name.text());
            Reply info = ours.call("COMMAND", "INFO", name.text()).reply().children().getFirst();
            for (Reply subcommand : info.children().getLast().children()) {
                names.add(subcommand.children().getFirst().text());
            }
        }
        names.removeIf(name -> name.startsWith(OUR_OWN));
        names.sort(null);
        return names;
    }

    private List<Reply> both(String... words) throws IOException {
        List<Reply> answers = new ArrayList<>();
        for (RespConnection connection : connections) {
            answers.add(connection.call(words).reply());
        }
        return answers;
    }
}
