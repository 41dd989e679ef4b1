package dev.millrace.queue.nsq.identify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.queue.nsq.wire.Refusal;

import io.netty.buffer.Unpooled;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;

class AgreementTest {
    private static Identity identity(String json) throws Refusal {
        return Identity.read(Unpooled.copiedBuffer(json, StandardCharsets.UTF_8));
    }

    private static Agreement on(String json) throws Refusal {
        return Agreement.on(identity(json), Limits.DEFAULT, true);
    }

    private static String refusal(String json) {
        return assertThrows(Refusal.class, () -> on(json)).text();
    }

    @Test
    void who_asks_for_nothing_gets_the_defaults() throws Refusal {
        assertEquals(Agreement.unasked(Limits.DEFAULT), on("{}"));
        assertEquals(Agreement.unasked(Limits.DEFAULT), on("null"));
        assertEquals(
                Agreement.unasked(Limits.DEFAULT),
                on("{\"snappy\":null,\"msg_timeout\":null,\"short_id\":[{\"x\":[1]}]}"));
    }

    @Test
    void names_count_in_any_case_and_the_last_one_holds() throws Refusal {
        Identity identity = identity("{\"Client_ID\":\"a\",\"client_id\":\"b\",\"tls_V1\":true}");
        assertEquals("b", identity.clientId());
        assertTrue(identity.tls());
    }

    @Test
    void what_is_no_object_is_refused() {
        for (String json :
                List.of(
                        "",
                        "{",
                        "[]",
                        "1",
                        "{} {}",
                        "{\"snappy\":1}",
                        "{\"client_id\":5}",
                        "{\"msg_timeout\":\"1000\"}",
                        "{\"msg_timeout\":1000.5}",
                        "{\"msg_timeout\":99999999999}",
                        "[".repeat(100_000))) {
            assertEquals("E_BAD_BODY IDENTIFY failed to decode JSON body", refusal(json), json);
        }
    }

    @Test
    void what_is_out_of_range_is_refused() {
        assertEquals(
                "E_BAD_BODY IDENTIFY heartbeat interval (999) is invalid",
                refusal("{\"heartbeat_interval\":999}"));
        assertEquals(
                "E_BAD_BODY IDENTIFY heartbeat interval (60001) is invalid",
                refusal("{\"heartbeat_interval\":60001}"));
        assertEquals(
                "E_BAD_BODY IDENTIFY output buffer timeout (24) is invalid",
                refusal("{\"output_buffer_timeout\":24}"));
        assertEquals(
                "E_BAD_BODY IDENTIFY output buffer size (63) is invalid",
                refusal("{\"output_buffer_size\":63}"));
        assertEquals(
                "E_BAD_BODY IDENTIFY sample rate (100) is invalid",
                refusal("{\"sample_rate\":100}"));
        assertEquals(
                "E_BAD_BODY IDENTIFY msg timeout (900001) is invalid",
                refusal("{\"msg_timeout\":900001}"));
    }

    @Test
    void minus_one_turns_off() throws Refusal {
        Agreement agreed = on("{\"heartbeat_interval\":-1,\"output_buffer_timeout\":-1}");
        assertEquals(0, agreed.heartbeatMillis());
        assertEquals(0, agreed.outputMillis());
        assertEquals(0, on("{\"output_buffer_size\":-1}").outputMillis());
        assertEquals(1, on("{\"output_buffer_size\":-1}").outputBytes());
    }

    @Test
    void snappy_and_deflate_exclude_each_other() {
        assertEquals(
                "E_IDENTIFY_FAILED cannot enable both deflate and snappy compression",
                refusal("{\"feature_negotiation\":true,\"snappy\":true,\"deflate\":true}"));
    }

    @Test
    void nothing_changes_for_who_does_not_negotiate() throws Refusal {
        Agreement agreed = on("{\"snappy\":true,\"tls_v1\":true}");
        assertFalse(agreed.snappy());
        assertFalse(agreed.tls());
    }

    @Test
    void tls_needs_a_certificate() throws Refusal {
        Identity asked = identity("{\"feature_negotiation\":true,\"tls_v1\":true}");
        assertTrue(Agreement.on(asked, Limits.DEFAULT, true).tls());
        assertFalse(Agreement.on(asked, Limits.DEFAULT, false).tls());
    }

    @Test
    void deflate_tries_no_harder_than_six() throws Refusal {
        String asked = "{\"feature_negotiation\":true,\"deflate\":true,\"deflate_level\":";
        assertEquals(3, on(asked + "3}").deflateLevel());
        assertEquals(6, on(asked + "9}").deflateLevel());
        assertEquals(6, on(asked + "0}").deflateLevel());
    }

    @Test
    void the_client_is_told_what_it_got() throws Refusal {
        assertEquals(
                "{\"max_rdy_count\":2500,\"version\":\"1.3.0\",\"max_msg_timeout\":900000,"
                        + "\"msg_timeout\":5000,\"tls_v1\":false,\"deflate\":false,"
                        + "\"deflate_level\":6,\"max_deflate_level\":6,\"snappy\":true,"
                        + "\"sample_rate\":50,\"auth_required\":false,"
                        + "\"output_buffer_size\":16384,\"output_buffer_timeout\":250,"
                        + "\"topology_region\":\"\",\"topology_zone\":\"\"}",
                on("{\"feature_negotiation\":true,\"snappy\":true,\"sample_rate\":50,"
                                + "\"msg_timeout\":5000}")
                        .json(Limits.DEFAULT, false));
    }
}
