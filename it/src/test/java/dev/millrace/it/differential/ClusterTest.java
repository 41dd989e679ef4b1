package dev.millrace.it.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.it.resp.RespConnection;
import dev.millrace.it.server.Await;
import dev.millrace.it.server.MillraceProcess;
import dev.millrace.it.server.RedisProcess;
import dev.millrace.it.server.Server;
import dev.millrace.it.server.Setup;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A cluster of one node beside a Redis that has all slots: the same requests, and the same bytes
 * for an answer. Words are apart by bars; ME is the node's own name, of which each has another.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String STRANGER = "f".repeat(40);

    private final Server redis = RedisProcess.start(Setup.plain(), "--cluster-enabled", "yes");
    private final Server node =
            MillraceProcess.start(Setup.plain().withLoops(2), "kv.cluster=true");
    private RespConnection here;
    private RespConnection there;
    private String ourId = "";
    private String theirId = "";

    @BeforeAll
    void takeAllSlots() throws IOException {
        here = RespConnection.open(node.port());
        there = RespConnection.open(redis.port());
        there.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
        Await.until("the cluster is up", SOON, this::isUp);
        ourId = here.call("CLUSTER", "MYID").reply().text();
        theirId = there.call("CLUSTER", "MYID").reply().text();
    }

    private boolean isUp() {
        try {
            return there.call("CLUSTER", "INFO").raw().contains("cluster_state:ok");
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    @AfterAll
    void end() {
        here.close();
        there.close();
        node.close();
        redis.close();
    }

    private void sameAnswers(List<String> requests) throws IOException {
        for (String request : requests) {
            assertEquals(answer(there, request, theirId), answer(here, request, ourId), request);
        }
    }

    private static String answer(RespConnection client, String request, String id)
            throws IOException {
        List<String> words = new ArrayList<>();
        for (String word : request.split("\\|", -1)) {
            words.add(word.equals("ME") ? id : word);
        }
        return client.call(words).raw().replace(id, "ME");
    }

    private static List<String> lines(String text) {
        return text.lines().toList();
    }

    @Test
    void subcommands_refuse_bad_words_as_redis_does() throws IOException {
        List<String> requests = new ArrayList<>(List.of("FLUSHALL", "SET|k|1"));
        for (String subcommand :
                new String[] {
                    "ADDSLOTS",
                    "DELSLOTS",
                    "ADDSLOTSRANGE",
                    "DELSLOTSRANGE",
                    "SETSLOT",
                    "COUNTKEYSINSLOT",
                    "GETKEYSINSLOT",
                    "FORGET",
                    "REPLICATE",
                    "REPLICAS",
                    "SLAVES",
                    "COUNT-FAILURE-REPORTS",
                    "FAILOVER",
                    "NOSUCH",
                    "FLUSHSLOTS",
                    "MYID",
                    "SLOTS",
                    "SHARDS",
                    "NODES",
                    "LINKS",
                    "INFO",
                    "RESET",
                    "BUMPEPOCH",
                    "SAVECONFIG",
                    "KEYSLOT",
                    "MEET",
                    ""
                }) {
            for (String rest :
                    new String[] {
                        "a", "-1", "16384", "99999999999999999999", "1.5", "", STRANGER
                    }) {
                requests.add("CLUSTER|" + subcommand + "|" + rest);
                requests.add("CLUSTER|" + subcommand + "|0|" + rest);
                requests.add("CLUSTER|" + subcommand + "|" + rest + "|x|y|z|z");
            }
        }
        sameAnswers(requests);
    }

    @Test
    void what_a_node_alone_can_answer_is_answered_as_redis_does() throws IOException {
        sameAnswers(
                lines(
                        """
                        FLUSHALL
                        SET|{y}1|1
                        SET|{y}2|1
                        CLUSTER|COUNTKEYSINSLOT|8790
                        CLUSTER|GETKEYSINSLOT|8790|0
                        CLUSTER|GETKEYSINSLOT|8790|-1
                        CLUSTER|GETKEYSINSLOT|1|10
                        CLUSTER|KEYSLOT|
                        CLUSTER|KEYSLOT|{}a
                        CLUSTER|KEYSLOT|{a}b{c}
                        CLUSTER|KEYSLOT|a{}{b}
                        CLUSTER|ADDSLOTS|0
                        CLUSTER|ADDSLOTS|5|x
                        CLUSTER|ADDSLOTSRANGE|7|3
                        CLUSTER|ADDSLOTSRANGE|3|7|8
                        CLUSTER|DELSLOTS|3|3
                        CLUSTER|DELSLOTSRANGE|7|3
                        CLUSTER|FLUSHSLOTS
                        CLUSTER|RESET
                        CLUSTER|RESET|HARD
                        CLUSTER|SETSLOT|0|MIGRATING
                        CLUSTER|SETSLOT|0|MIGRATING|short
                        CLUSTER|SETSLOT|0|IMPORTING|ME
                        CLUSTER|SETSLOT|0|importing|short
                        CLUSTER|SETSLOT|0|NODE|ME
                        CLUSTER|SETSLOT|0|NODE|short
                        CLUSTER|SETSLOT|0|STABLE
                        CLUSTER|SETSLOT|0|STABLE|x
                        CLUSTER|FORGET|ME
                        CLUSTER|REPLICATE|ME
                        CLUSTER|REPLICAS|ME
                        CLUSTER|SLAVES|ME
                        CLUSTER|COUNT-FAILURE-REPORTS|ME
                        CLUSTER|FAILOVER
                        CLUSTER|FAILOVER|FORCE
                        CLUSTER|FAILOVER|x
                        CLUSTER|SET-CONFIG-EPOCH|-1
                        CLUSTER|SET-CONFIG-EPOCH|x
                        CLUSTER|MEET|nohost|1
                        CLUSTER|MEET|1234|1
                        CLUSTER|MEET|127.0.0.1|0
                        CLUSTER|MEET|127.0.0.1|60000
                        CLUSTER|MEET|127.0.0.1|x
                        CLUSTER|MEET|127.0.0.1|1|x
                        CLUSTER|LINKS
                        CLUSTER|HELP
                        READONLY
                        READWRITE
                        ASKING
                        READONLY|x
                        ASKING|x
                        INFO|cluster"""));
    }

    @Test
    void there_is_one_database_and_other_servers_are_the_cluster_s() throws IOException {
        List<String> requests = new ArrayList<>(List.of("FLUSHALL", "SET|{x}k|1"));
        for (String request :
                new String[] {
                    "SELECT|0",
                    "SELECT|1",
                    "SELECT|x",
                    "SELECT|-1",
                    "SELECT|99",
                    "SWAPDB|0|1",
                    "SWAPDB|x|y",
                    "MOVE|a|1",
                    "MOVE|a|x",
                    "COPY|{x}k|{x}l|DB|1",
                    "COPY|{x}k|{x}l|DB|0",
                    "REPLICAOF|127.0.0.1|1",
                    "REPLICAOF|NO|ONE",
                    "FAILOVER",
                    "FAILOVER|ABORT"
                }) {
            requests.addAll(List.of(request, "MULTI", request, "EXEC"));
        }
        sameAnswers(requests);
    }

    @Test
    void keys_of_one_command_or_transaction_are_of_one_slot() throws IOException {
        List<String> requests = new ArrayList<>();
        for (String request :
                lines(
                        """
                        MSET|K|1|L|1
                        MGET|K|L
                        DEL|K|L
                        RENAME|K|L
                        SMOVE|K|L|m
                        SINTERSTORE|K|L
                        ZUNIONSTORE|K|1|L
                        BLPOP|K|L|0.01
                        LMPOP|2|K|L|LEFT
                        XREAD|STREAMS|K|L|0|0
                        PFMERGE|K|L
                        BITOP|NOT|K|L
                        GEORADIUS|K|1|1|1|m|STORE|L
                        SORT|K|STORE|L
                        SORT|K|BY|w_*
                        SORT|K|BY|nosort|GET|v_*
                        SORT|K|GET|#
                        SORT|K|BY|nosort
                        SORT_RO|K|BY|w*
                        EVAL|return 1|2|K|L
                        EVAL_RO|return 1|2|K|L
                        FCALL|none|2|K|L
                        COPY|K|L
                        LCS|K|L
                        WATCH|K|L
                        SPUBLISH|K|L""")) {
            for (String pair : new String[] {"a b", "{x}a {x}b"}) {
                String[] keys = pair.split(" ");
                String named =
                        request.replaceAll("(?<=^|\\|)K(?=$|\\|)", keys[0])
                                .replaceAll("(?<=^|\\|)L(?=$|\\|)", keys[1]);
                requests.addAll(
                        List.of(
                                "DEL|" + keys[0],
                                "DEL|" + keys[1],
                                named,
                                "UNWATCH",
                                "MULTI",
                                named,
                                "SET|" + keys[0] + "|1",
                                "EXEC",
                                "EXISTS|" + keys[0]));
            }
        }
        requests.addAll(
                lines(
                        """
                        MULTI
                        SET|a|1
                        SET|b|1
                        EXEC
                        EXISTS|a
                        MULTI
                        PING
                        EXEC
                        WATCH|a
                        WATCH|b
                        MULTI
                        GET|c
                        EXEC"""));
        sameAnswers(requests);
    }

    @Test
    void a_script_has_one_slot_unless_it_says_otherwise() throws IOException {
        List<String> requests = new ArrayList<>();
        for (String script :
                new String[] {
                    "return redis.call('SET',KEYS[1] or 'a','1')",
                    "redis.call('GET','a') return redis.call('GET','b')",
                    "return redis.pcall('MGET','a','b')",
                    "return redis.call('MGET','{a}1','{a}2')",
                    "return redis.call('SELECT','1')",
                    "return redis.pcall('SWAPDB','0','1')",
                    "return redis.pcall('SORT','a','BY','x*')",
                    "return redis.pcall('COPY','a','{a}b','DB','1')",
                    "redis.call('SET','a','1') return redis.pcall('SET','b','1')",
                    "return redis.pcall('CLUSTER','KEYSLOT','a')",
                    "#!lua\nreturn redis.pcall('GET','b')",
                    "#!lua\nredis.call('SET','a','1') return redis.pcall('SET','b','1')",
                    "#!lua flags=allow-cross-slot-keys\nredis.call('GET','a')"
                            + " return redis.pcall('GET','b')",
                    "#!lua flags=allow-cross-slot-keys\nreturn redis.pcall('MGET','a','b')"
                }) {
            for (String keys : new String[] {"0", "1|a", "1|b", "2|a|b"}) {
                String run = "EVAL|" + script + "|" + keys;
                requests.addAll(List.of("DEL|a", "DEL|b", run, "EXISTS|b"));
                requests.addAll(List.of("MULTI", "SET|{c}d|1", run, "EXEC", "MULTI", run, "EXEC"));
            }
        }
        sameAnswers(requests);
    }

    @Test
    void a_function_has_one_slot_unless_it_says_otherwise() throws IOException {
        String library =
                """
                #!lua name=l
                redis.register_function('one', function(k, v) return redis.pcall('GET', k[1] or v[1]) end)
                redis.register_function('two', function()
                  redis.call('GET', 'a') return redis.pcall('GET', 'b') end)
                redis.register_function{function_name='any', flags={'allow-cross-slot-keys', 'no-writes'},
                  callback=function() redis.call('GET', 'a') return redis.pcall('GET', 'b') end}""";
        List<String> requests = new ArrayList<>(List.of("FUNCTION|LOAD|REPLACE|" + library));
        for (String function : new String[] {"one", "two", "any"}) {
            for (String keys : new String[] {"1|a", "2|a|b", "0|b", "1|b|a"}) {
                requests.addAll(
                        List.of(
                                "FCALL|" + function + "|" + keys,
                                "FCALL_RO|" + function + "|" + keys,
                                "MULTI",
                                "FCALL|" + function + "|" + keys,
                                "GET|a",
                                "EXEC"));
            }
        }
        sameAnswers(requests);
    }
}
