package dev.millrace.kv.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.KvLanes;
import dev.millrace.kv.LaneClient;
import dev.millrace.kv.command.Command;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;

class CatalogTest {
    private final KvLanes kv = KvLanes.open(1);
    private final LaneClient client = kv.client(0);

    @AfterEach
    void close() {
        kv.close();
    }

    private static List<Argument> arguments(String usage) {
        return Usage.arguments(Command.named("test", usage).does(call -> {}));
    }

    @Test
    void a_command_is_told_as_it_was_declared() {
        assertEquals(
                "[[get, :2, [readonly, fast], :1, :1, :1, [@read, @string, @fast], [], [[flags,"
                        + " [RO, access], begin_search, [type, index, spec, [index, :1]],"
                        + " find_keys, [type, range, spec, [lastkey, :0, keystep, :1, limit,"
                        + " :0]]]], []], nil]",
                client.call("COMMAND INFO get nosuch"));
        assertTrue(client.call("COMMAND INFO config|get").startsWith("[[config|get, :-3, "));
        int count = kv.server().commands().all().size();
        assertEquals(":" + count, client.call("COMMAND COUNT"));
    }

    @Test
    void the_docs_of_every_command_can_be_made() {
        String docs = client.call("COMMAND DOCS");
        for (Command command : kv.server().commands().all()) {
            assertTrue(docs.contains(command.name() + ", [summary, "), command.name());
        }
        assertTrue(
                client.call("COMMAND DOCS publish")
                        .endsWith(
                                "arguments, [[name, channel, type, string], [name, message, type,"
                                        + " string]]]]"));
    }

    @Test
    void arguments_are_read_out_of_the_syntax() {
        List<Argument> set = arguments("TEST key value [NX|XX] [GET] [EX seconds|KEEPTTL]");
        assertEquals(
                List.of("key", "value", "nx_xx", "get", "seconds_keepttl"),
                set.stream().map(Argument::name).toList());
        assertEquals("key", set.get(0).type());
        assertEquals(Argument.ONE_OF, set.get(2).type());
        assertTrue(set.get(2).optional());
        assertEquals(Argument.TOKEN, set.get(3).type());
        assertEquals("EX", set.get(4).parts().getFirst().token());
        assertEquals("integer", set.get(4).parts().getFirst().type());
        List<Argument> many = arguments("TEST key [key ...] [member [member ...]]");
        assertEquals(2, many.size());
        assertTrue(many.get(0).multiple() && !many.get(0).optional());
        assertTrue(many.get(1).multiple() && many.get(1).optional());
    }

    @Test
    void keys_are_found_in_a_whole_command() {
        assertEquals("[a, c]", client.call("COMMAND GETKEYS MSET a b c d"));
        assertEquals("[[a, [RO, access]]]", client.call("COMMAND GETKEYSANDFLAGS GET a"));
        assertEquals("[k]", client.call("COMMAND GETKEYS MEMORY USAGE k"));
        assertEquals(
                List.of(
                        "-ERR Invalid command specified",
                        "-ERR The command has no key arguments",
                        "-ERR Invalid number of arguments specified for command"),
                client.calls(
                        "COMMAND GETKEYS NOSUCH a",
                        "COMMAND GETKEYS PING a",
                        "COMMAND GETKEYS GET a b"));
    }

    @Test
    void names_can_be_filtered() {
        assertEquals(
                "[config|get, config|set]",
                client.call("COMMAND LIST FILTERBY PATTERN config|?et"));
        assertTrue(client.call("COMMAND LIST FILTERBY ACLCAT pubsub").contains("publish"));
        assertEquals("[]", client.call("COMMAND LIST FILTERBY MODULE x"));
        assertEquals("-ERR syntax error", client.call("COMMAND LIST FILTERBY x y"));
    }
}
