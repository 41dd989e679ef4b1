package dev.millrace.registry.http;

import dev.millrace.registry.json.Fields;
import dev.millrace.registry.json.Json;
import dev.millrace.registry.json.JsonValue;
import dev.millrace.registry.json.MalformedJson;

import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.QueryStringDecoder;

import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A request, as its endpoint sees it. */
public final class Request {
    private static final String BEARER = "bearer ";
    private static final String NO_TEXT = "\ufffd";
    private static final String NO_TEXT_ESCAPED = "%ef%bf%bd";

    private final String method;
    private final String path;
    private final String query;
    private final Map<String, List<String>> parameters;
    private final HttpHeaders headers;
    private final byte[] body;
    private final String remote;
    private String rest = "";

    private Request(
            String method,
            QueryStringDecoder uri,
            HttpHeaders headers,
            byte[] body,
            String remote) {
        this.method = method;
        this.path = uri.path();
        this.query = uri.rawQuery();
        this.parameters = uri.parameters();
        this.headers = headers;
        this.body = body;
        this.remote = remote;
    }

    /**
     * Of a message, which it does not keep.
     *
     * @throws Refusal if its address cannot be read
     */
    static Request of(FullHttpRequest message, String remote) throws Refusal {
        try {
            String target = target(message.uri());
            QueryStringDecoder uri = new QueryStringDecoder(target);
            if (!isText(target, uri.path())) {
                throw Refusal.bad("invalid URL escape: not UTF-8");
            }
            return new Request(
                    message.method().name(),
                    uri,
                    message.headers(),
                    ByteBufUtil.getBytes(message.content()),
                    remote);
        } catch (IllegalArgumentException malformed) {
            throw Refusal.bad("invalid URL escape");
        }
    }

    /**
     * Path and query of a request's target (RFC 9112, 3.2): without what a proxy's client writes
     * before the path, and with bytes that should have been escaped as if they were.
     */
    private static String target(String uri) {
        int authority = uri.startsWith("/") ? -1 : uri.indexOf("://");
        int path = authority < 0 ? 0 : uri.indexOf('/', authority + 3);
        String target = path < 0 ? "/" : uri.substring(path);
        if (target.chars().allMatch(byteOf -> byteOf < 0x80)) {
            return target;
        }
        StringBuilder escaped = new StringBuilder();
        for (int at = 0; at < target.length(); at++) {
            char each = target.charAt(at);
            if (each < 0x80) {
                escaped.append(each);
            } else {
                escaped.append('%').append(HexFormat.of().toHexDigits((byte) each));
            }
        }
        return escaped.toString();
    }

    /**
     * Whether a decoded path is what was written. What is not UTF-8 becomes U+FFFD, and two keys
     * would become one.
     */
    private static boolean isText(String target, String path) {
        if (path.indexOf(NO_TEXT) < 0) {
            return true;
        }
        int end = target.indexOf('?');
        String written = (end < 0 ? target : target.substring(0, end)).toLowerCase(Locale.ROOT);
        return count(path, NO_TEXT) == count(written, NO_TEXT_ESCAPED);
    }

    private static int count(String text, String part) {
        int count = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
            count++;
        }
        return count;
    }

    public String method() {
        return method;
    }

    public String path() {
        return path;
    }

    /** What follows the question mark, as it came. */
    public String query() {
        return query;
    }

    /** What follows the route's own path, decoded: a name, an id, a key. */
    public String rest() {
        return rest;
    }

    void rest(String following) {
        rest = following;
    }

    /** What follows the route's own path, which must be something. */
    public String required(String missing) throws Refusal {
        if (rest.isEmpty()) {
            throw Refusal.bad(missing);
        }
        return rest;
    }

    /** The address of who asks. */
    public String remote() {
        return remote;
    }

    /** The first parameter of a name. */
    public Optional<String> parameter(String name) {
        return parameters.getOrDefault(name, List.of()).stream().findFirst();
    }

    /** All parameters of a name. */
    public List<String> all(String name) {
        return parameters.getOrDefault(name, List.of());
    }

    /** Whether a parameter is there, whatever its value. */
    public boolean has(String name) {
        return parameters.containsKey(name);
    }

    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** The token that it bears, or an empty text (Consul: API structure, authentication). */
    public String token() {
        Optional<String> parameter = parameter("token");
        if (parameter.isPresent()) {
            return parameter.get();
        }
        Optional<String> own = header("X-Consul-Token");
        if (own.isPresent()) {
            return own.get();
        }
        return header(HttpHeaderNames.AUTHORIZATION.toString())
                .filter(value -> value.toLowerCase(Locale.ROOT).startsWith(BEARER))
                .map(value -> value.substring(BEARER.length()).strip())
                .orElse("");
    }

    public byte[] body() {
        return body;
    }

    /**
     * The body as an object.
     *
     * @throws Refusal if it is none
     */
    public Fields object() throws Refusal {
        try {
            return Fields.read(body);
        } catch (MalformedJson malformed) {
            throw Refusal.undecodable(malformed.what());
        }
    }

    /**
     * The body as JSON.
     *
     * @throws Refusal if it is none
     */
    public JsonValue json() throws Refusal {
        try {
            return Json.read(body);
        } catch (MalformedJson malformed) {
            throw Refusal.undecodable(malformed.what());
        }
    }
}
