package dev.millrace.queue.nsq.http;

import dev.millrace.kernel.log.Log;
import dev.millrace.queue.nsq.identify.Limits;
import dev.millrace.queue.nsq.session.Node;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What nsqd's {@code /config} tells of its options, in nsqd's units; nothing is changed there, for
 * settings are changed where they are set.
 *
 * @see <a href="https://nsq.io/components/nsqd.html#get--put-confignsqlookupd_tcp_addresses">GET
 *     /config</a>
 */
final class Config {
    private Config() {}

    static List<Route> routes(Node node) {
        List<Route> routes = new ArrayList<>();
        options(node)
                .forEach(
                        (name, value) ->
                                routes.add(
                                        Route.get(
                                                "/config/" + name,
                                                exchange -> Answer.json(value))));
        return routes;
    }

    private static Map<String, String> options(Node node) {
        Limits limits = node.limits();
        Map<String, String> options = new LinkedHashMap<>();
        // It registers nowhere: its own lookup tells of it.
        options.put("nsqlookupd_tcp_addresses", "[]");
        options.put("log_level", Integer.toString(level(node.loop().log())));
        options.put("max_msg_size", Integer.toString(limits.messageBytesMax()));
        options.put("max_body_size", Integer.toString(limits.bodyBytesMax()));
        options.put("msg_timeout", nanos(limits.timeoutMillis()));
        options.put("max_msg_timeout", nanos(limits.timeoutMillisMax()));
        options.put("max_req_timeout", nanos(limits.deferMillisMax()));
        options.put("max_heartbeat_interval", nanos(limits.heartbeatMillisMax()));
        options.put("max_rdy_count", Integer.toString(limits.readyMax()));
        return options;
    }

    private static String nanos(long millis) {
        return Long.toString(Duration.ofMillis(millis).toNanos());
    }

    /** nsqd's numbers: 1 debug, 2 info, 3 warning, 4 error. */
    private static int level(Log log) {
        if (log.writes(Log.Level.DEBUG)) {
            return 1;
        }
        if (log.writes(Log.Level.INFO)) {
            return 2;
        }
        return log.writes(Log.Level.WARN) ? 3 : 4;
    }
}
