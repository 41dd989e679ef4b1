package dev.millrace.registry.check.probe;

import dev.millrace.registry.check.Answer;
import dev.millrace.registry.check.CheckKind;
import dev.millrace.registry.check.Probe;

import java.util.Locale;
import java.util.function.Consumer;

/** Sends the same request again and again; it is encoded once. */
final class HttpProbe implements Probe {
    private final Conversation.Place place;
    private final CheckKind.Http kind;
    private final HttpRequest request;
    private final byte[] bytes;
    private final int outputBytesMax;

    private HttpProbe(
            Conversation.Place place,
            CheckKind.Http kind,
            HttpRequest request,
            int outputBytesMax) {
        this.place = place;
        this.kind = kind;
        this.request = request;
        this.bytes = request.bytes();
        this.outputBytesMax = outputBytesMax;
    }

    static Probe of(Conversation.Place place, CheckKind.Http kind, int outputBytesMax) {
        return switch (HttpRequest.parse(kind)) {
            case HttpRequest.Made(HttpRequest request) ->
                    new HttpProbe(place, kind, request, outputBytesMax);
            case HttpRequest.Malformed(String reason) ->
                    Settled.critical(fault(kind.method(), kind.url(), reason));
        };
    }

    /** As Go's client has it: {@code Get "http://…": reason}. */
    static String fault(String method, String url, String reason) {
        String verb =
                method.isEmpty()
                        ? ""
                        : method.substring(0, 1).toUpperCase(Locale.ROOT)
                                + method.substring(1).toLowerCase(Locale.ROOT);
        return verb + " \"" + url + "\": " + reason;
    }

    @Override
    public Asking ask(Consumer<Answer> answer) {
        return new HttpConversation(place, kind, request, bytes, outputBytesMax, answer).dial();
    }
}
