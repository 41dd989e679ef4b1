package dev.millrace.registry.check.probe;

import dev.millrace.registry.catalog.Status;
import dev.millrace.registry.check.Answer;
import dev.millrace.registry.check.CheckKind;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;

import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * An HTTP/1.1 request and what is said to it. The connection is made anew each time, as Consul
 * does: a peer that accepts no more connections is not healthy, whatever it says on old ones.
 *
 * <p>Once there is a status line and whole headers, the status decides, even if the body breaks off
 * or takes too long; the end of the body is kept, up to the check's limit.
 */
final class HttpConversation extends Conversation {
    private static final int HEADER_BYTES_MAX = 1 << 16;
    private static final int LINE_BYTES_MAX = 1 << 13;

    /** Of a longer body the rest is not waited for. */
    private static final int BODY_BYTES_MAX = 1 << 20;

    private static final int REDIRECTS_MAX = 10;

    /** Responses of class 1xx before the one that counts. */
    private static final int INFORMATIONAL_MAX = 5;

    private static final HttpDecoderConfig LIMITS =
            new HttpDecoderConfig()
                    .setMaxInitialLineLength(LINE_BYTES_MAX)
                    .setMaxHeaderSize(HEADER_BYTES_MAX);

    private final CheckKind.Http kind;
    private final byte[] bytes;
    private HttpRequest request;
    private int redirects;
    private int informational;
    private @Nullable HttpResponse response;
    private final Tail tail;

    /**
     * @param bytes of the request
     */
    HttpConversation(
            Place place,
            CheckKind.Http kind,
            HttpRequest request,
            byte[] bytes,
            int outputBytesMax,
            Consumer<Answer> listener) {
        super(place, request.peer(), tls(kind, request), listener);
        this.kind = kind;
        this.request = request;
        this.bytes = bytes;
        this.tail = new Tail(outputBytesMax);
    }

    private static Optional<CheckKind.Tls> tls(CheckKind.Http kind, HttpRequest request) {
        return request.tls() ? Optional.of(kind.tls()) : Optional.empty();
    }

    @Override
    void codec(ChannelPipeline pipeline) {
        boolean head = request.method().equals("HEAD");
        pipeline.addLast(
                new HttpResponseDecoder(LIMITS) {
                    @Override
                    protected boolean isContentAlwaysEmpty(HttpMessage message) {
                        return head || super.isContentAlwaysEmpty(message);
                    }
                });
    }

    @Override
    void ready(Channel channel) {
        byte[] sent = redirects == 0 ? bytes : request.bytes();
        channel.writeAndFlush(Unpooled.wrappedBuffer(sent), channel.voidPromise());
    }

    @Override
    void heard(Object message) {
        try {
            if (message instanceof HttpResponse head) {
                head(head);
            }
            if (!isOver() && message instanceof HttpContent content) {
                body(content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void head(HttpResponse head) {
        if (head.decoderResult().isFailure()) {
            broken(malformed(head.decoderResult().cause()));
            return;
        }
        int code = head.status().code();
        if (code < 200 && code != 101) {
            informational();
        } else if (isRedirect(code) && kind.redirects() && hasLocation(head)) {
            follow(code, head);
        } else {
            response = head;
        }
    }

    private static String malformed(Throwable cause) {
        return cause instanceof PrematureChannelClosureException
                ? "unexpected EOF"
                : "net/http: HTTP/1.x transport connection broken: malformed HTTP response: "
                        + cause.getMessage();
    }

    private void informational() {
        if (++informational > INFORMATIONAL_MAX) {
            broken("net/http: too many 1xx informational responses");
        }
    }

    private static boolean isRedirect(int code) {
        return code == 301 || code == 302 || code == 303 || code == 307 || code == 308;
    }

    private static boolean hasLocation(HttpResponse head) {
        return head.headers().contains(HttpHeaderNames.LOCATION);
    }

    private void follow(int code, HttpResponse head) {
        if (++redirects >= REDIRECTS_MAX) {
            broken("stopped after " + REDIRECTS_MAX + " redirects");
            return;
        }
        String location = head.headers().get(HttpHeaderNames.LOCATION);
        switch (request.redirected(code, location)) {
            case HttpRequest.Made(HttpRequest next) -> {
                request = next;
                informational = 0;
                dialNext(next.peer(), tls(kind, next));
            }
            case HttpRequest.Malformed(String reason) -> broken(reason);
        }
    }

    private void body(HttpContent content) {
        if (response == null) {
            // The empty content of an informational response.
            return;
        }
        tail.add(content.content());
        if (content instanceof LastHttpContent
                || content.decoderResult().isFailure()
                || tail.bytes() > BODY_BYTES_MAX) {
            judge(response);
        }
    }

    private void judge(HttpResponse head) {
        String output =
                "HTTP "
                        + kind.method()
                        + " "
                        + kind.url()
                        + ": "
                        + (head.status().code() + " " + head.status().reasonPhrase()).strip()
                        + " Output: "
                        + tail.text();
        answer(new Answer(status(head.status().code()), output));
    }

    private static Status status(int code) {
        if (code >= 200 && code < 300) {
            return Status.PASSING;
        }
        return code == 429 ? Status.WARNING : Status.CRITICAL;
    }

    @Override
    void broken(String reason) {
        HttpResponse head = response;
        if (head != null) {
            judge(head);
        } else {
            answer(
                    Answer.critical(
                            HttpProbe.fault(request.method(), request.uri().toString(), reason)));
        }
    }

    @Override
    public void timeOut() {
        broken("context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
    }
}
