package dev.millrace.registry.check.probe;

import dev.millrace.registry.check.CheckKind;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A request as it is sent, again and again.
 *
 * @param peer who is asked
 * @param tls whether the URL says https
 */
record HttpRequest(
        URI uri,
        String method,
        Map<String, List<String>> headers,
        String body,
        Peer peer,
        boolean tls) {
    private static final String USER_AGENT = "Consul Health Check";
    private static final String ACCEPT = "text/plain, text/*, */*";

    /** What another host is not told (as Go's client has it). */
    private static final Set<String> PRIVATE =
            Set.of("authorization", "www-authenticate", "cookie", "cookie2");

    /** What can be made of a definition. */
    sealed interface Parsed {}

    /** A request. */
    record Made(HttpRequest request) implements Parsed {}

    /**
     * None.
     *
     * @param reason in Go's words
     */
    record Malformed(String reason) implements Parsed {}

    static Parsed parse(CheckKind.Http kind) {
        if (!isToken(kind.method())) {
            return new Malformed("net/http: invalid method \"" + kind.method() + "\"");
        }
        for (Map.Entry<String, List<String>> header : kind.headers().entrySet()) {
            if (!isToken(header.getKey())) {
                return new Malformed(
                        "net/http: invalid header field name \"" + header.getKey() + "\"");
            }
            if (!header.getValue().stream().allMatch(HttpRequest::isFieldValue)) {
                return new Malformed(
                        "net/http: invalid header field value for \"" + header.getKey() + "\"");
            }
        }
        try {
            return of(new URI(kind.url()), kind.method(), kind.headers(), kind.body());
        } catch (URISyntaxException malformed) {
            return new Malformed("parse \"" + kind.url() + "\": " + malformed.getReason());
        }
    }

    private static Parsed of(
            URI uri, String method, Map<String, List<String>> headers, String body) {
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        boolean tls = scheme.equals("https");
        if (!tls && !scheme.equals("http")) {
            String named = uri.getScheme() == null ? "" : scheme;
            return new Malformed("unsupported protocol scheme \"" + named + "\"");
        }
        String authority = uri.getRawAuthority();
        if (authority == null) {
            return new Malformed("http: no Host in request URL");
        }
        String address = authority.substring(authority.lastIndexOf('@') + 1);
        return switch (Peer.parse(withPort(address, tls ? 443 : 80))) {
            case Peer.Named(Peer peer) ->
                    new Made(new HttpRequest(uri, method, headers, body, peer, tls));
            case Peer.Malformed(String reason) -> new Malformed("dial tcp: " + reason);
        };
    }

    private static String withPort(String address, int port) {
        boolean has = address.lastIndexOf(':') > address.lastIndexOf(']');
        if (!has) {
            return address + ":" + port;
        }
        return address.endsWith(":") ? address + port : address;
    }

    /**
     * The request that follows a redirect.
     *
     * @param code 301, 302, 303: without the body, and with GET unless it was HEAD; 307, 308: the
     *     same elsewhere
     */
    Parsed redirected(int code, String location) {
        URI next;
        try {
            next = uri.resolve(location);
        } catch (IllegalArgumentException malformed) {
            return new Malformed("failed to parse Location header \"" + location + "\"");
        }
        boolean same = code == 307 || code == 308;
        String nextMethod = same || method.equals("HEAD") ? method : "GET";
        return of(next, nextMethod, headersFor(next), same ? body : "");
    }

    private Map<String, List<String>> headersFor(URI next) {
        Map<String, List<String>> kept = new TreeMap<>(headers);
        // The Host of the definition names the first host only.
        kept.keySet().removeIf(name -> name.equalsIgnoreCase("host"));
        String host = String.valueOf(next.getHost());
        if (!host.equalsIgnoreCase(peer.host())
                && !host.toLowerCase(Locale.ROOT)
                        .endsWith("." + peer.host().toLowerCase(Locale.ROOT))) {
            kept.keySet().removeIf(name -> PRIVATE.contains(name.toLowerCase(Locale.ROOT)));
        }
        return kept;
    }

    /** As it goes over the wire. */
    byte[] bytes() {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder(256);
        head.append(method).append(' ').append(target()).append(" HTTP/1.1\r\n");
        fields(content.length)
                .forEach(
                        field ->
                                head.append(field.name)
                                        .append(": ")
                                        .append(field.value)
                                        .append("\r\n"));
        byte[] start = head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
        byte[] whole = Arrays.copyOf(start, start.length + content.length);
        System.arraycopy(content, 0, whole, start.length, content.length);
        return whole;
    }

    private record Field(String name, String value) {}

    private List<Field> fields(int contentBytes) {
        List<Field> fields = new ArrayList<>();
        fields.add(new Field("Host", given("host").orElse(host())));
        fields.add(new Field("User-Agent", given("user-agent").orElse(USER_AGENT)));
        fields.add(new Field("Accept", given("accept").orElse(ACCEPT)));
        fields.add(new Field("Connection", "close"));
        if (contentBytes > 0 || method.equals("POST") || method.equals("PUT")) {
            fields.add(new Field("Content-Length", Integer.toString(contentBytes)));
        }
        headers.forEach((name, values) -> others(name, values, fields));
        return fields;
    }

    /** What the connection and the length of the body are is ours to say. */
    private static void others(String name, List<String> values, List<Field> fields) {
        switch (name.toLowerCase(Locale.ROOT)) {
            case "host", "user-agent", "accept", "connection", "content-length" -> {}
            case "transfer-encoding" -> {}
            default -> values.forEach(value -> fields.add(new Field(name, value)));
        }
    }

    /** What the definition says in place of our own, if it is not empty. */
    private Optional<String> given(String name) {
        return headers.entrySet().stream()
                .filter(header -> header.getKey().equalsIgnoreCase(name))
                .flatMap(header -> header.getValue().stream())
                .findFirst()
                .filter(value -> !value.isEmpty());
    }

    private String host() {
        boolean usual = peer.port() == (tls ? 443 : 80);
        String whole = peer.toString();
        return usual ? whole.substring(0, whole.lastIndexOf(':')) : whole;
    }

    private String target() {
        String path = String.valueOf(uri.getRawPath());
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return (path.isEmpty() ? "/" : path) + query;
    }

    /** RFC 9110, section 5.6.2. */
    private static boolean isToken(String text) {
        return !text.isEmpty()
                && text.chars()
                        .allMatch(c -> c > ' ' && c < 0x7f && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0);
    }

    private static boolean isFieldValue(String text) {
        return text.chars().allMatch(c -> c == '\t' || (c >= ' ' && c != 0x7f));
    }
}
