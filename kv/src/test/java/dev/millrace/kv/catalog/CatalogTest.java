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
    void arguments_are_read_out_of_a_line_of_the_table() {
        List<Argument> set =
                Syntax.arguments("key to#1 when(NX | XX)?@3.0 EX=s:integer!2.0 ch=CH GET=p?+");
        assertEquals(
                List.of("key", "to", "when", "s", "ch", "p"),
                set.stream().map(Argument::name).toList());
        assertEquals(
                List.of("key", "key", "oneof", "integer", "pure-token", "string"),
                set.stream().map(Argument::type).toList());
        assertEquals(List.of(0, 1), set.stream().limit(2).map(Argument::keySpec).toList());
        assertEquals(List.of("optional"), set.get(2).flags());
        assertEquals("3.0", set.get(2).since());
        assertEquals(List.of("nx", "xx"), set.get(2).parts().stream().map(Argument::name).toList());
        assertEquals("EX", set.get(3).token());
        assertEquals("2.0", set.get(3).deprecatedSince());
        assertEquals("CH", set.get(4).token());
        assertEquals(List.of("optional", "multiple", "multiple_token"), set.get(5).flags());
    }

    @Test
    void groups_are_read_with_what_is_in_them() {
        List<Argument> all = Syntax.arguments("BY=a(b(c:double | D)* ip:port) one(x)?");
        Argument outer = all.getFirst();
        assertEquals(Argument.BLOCK, outer.type());
        assertEquals("BY", outer.token());
        assertEquals(Argument.ONE_OF, outer.parts().getFirst().type());
        assertEquals(List.of("multiple"), outer.parts().getFirst().flags());
        assertEquals("ip:port", outer.parts().getLast().name());
        assertEquals(Argument.BLOCK, all.getLast().type());
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
