package dev.millrace.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;

import org.junit.jupiter.api.Test;

class InflowTest {
    private final Inflow inflow = new Inflow(1_000);

    private EmbeddedChannel connection() {
        EmbeddedChannel channel =
                new EmbeddedChannel(inflow.meter(), new HttpObjectAggregator(10_000));
        channel.writeInbound(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.PUT, "/"));
        return channel;
    }

    private static void send(EmbeddedChannel channel, int bytes) {
        channel.writeInbound(new DefaultHttpContent(Unpooled.buffer(bytes).writeZero(bytes)));
    }

    @Test
    void who_would_make_it_too_much_is_hung_up_on_and_others_go_on() {
        EmbeddedChannel one = connection();
        EmbeddedChannel other = connection();
        send(one, 600);
        send(other, 300);
        assertEquals(900, inflow.bytes());
        send(other, 101);
        assertFalse(other.isOpen());
        assertEquals(600, inflow.bytes());
        assertTrue(one.isOpen());
        send(one, 400);
        one.writeInbound(new DefaultLastHttpContent());
        FullHttpRequest whole = one.readInbound();
        assertEquals(1_000, whole.content().readableBytes());
        whole.release();
        assertEquals(0, inflow.bytes());
        one.close();
    }

    @Test
    void who_leaves_half_way_leaves_nothing_behind() {
        EmbeddedChannel one = connection();
        send(one, 700);
        one.close();
        assertEquals(0, inflow.bytes());
    }
}
