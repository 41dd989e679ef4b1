package dev.millrace.it.differential.family;

import static dev.millrace.it.differential.Form.form;
import static dev.millrace.it.differential.Part.VALUE;
import static dev.millrace.it.differential.Part.maybe;
import static dev.millrace.it.differential.Part.oneOf;
import static dev.millrace.it.differential.Part.times;

import dev.millrace.it.differential.Comparison;
import dev.millrace.it.differential.Draw;
import dev.millrace.it.differential.Family;
import dev.millrace.it.differential.Form;
import dev.millrace.it.differential.Part;
import dev.millrace.it.differential.Step;

import java.util.List;

/** Subscribers and publishers; what each connection is told, and in which order. */
final class PubSub {
    private static final Part CHANNEL = oneOf("news", "news.tech", "n", "{t}1", "", "\0\r\n\u00ff");
    private static final Part PATTERN = oneOf("*", "news*", "n?ws", "[mn]*", "news.tech", "", "x*");

    private static final List<Form> FORMS =
            List.of(
                    form("SUBSCRIBE", times(1, 3, CHANNEL)),
                    form("PSUBSCRIBE", times(1, 2, PATTERN)),
                    form("SSUBSCRIBE", times(1, 2, CHANNEL)),
                    form("UNSUBSCRIBE", times(0, 2, CHANNEL)),
                    form("PUNSUBSCRIBE", times(0, 2, PATTERN)),
                    form("SUNSUBSCRIBE", times(0, 2, CHANNEL)),
                    form("PUBLISH", CHANNEL, VALUE),
                    form("PUBLISH", CHANNEL, VALUE),
                    form("PUBLISH", CHANNEL, VALUE),
                    form("SPUBLISH", CHANNEL, VALUE),
                    form("SPUBLISH", CHANNEL, VALUE),
                    form("PUBSUB NUMSUB", times(0, 3, CHANNEL)),
                    form("PUBSUB SHARDNUMSUB", times(0, 3, CHANNEL)),
                    form("PUBSUB NUMPAT"),
                    form("PUBSUB CHANNELS", maybe(PATTERN)).compared(Comparison.UNORDERED),
                    form("PUBSUB SHARDCHANNELS", maybe(PATTERN)).compared(Comparison.UNORDERED),
                    form("PUBSUB NOSUCH", maybe(CHANNEL)),
                    form("PUBSUB"),
                    form("PUBSUB HELP"),
                    form("PING", maybe(VALUE)),
                    form("GET", oneOf("a")),
                    form("RESET"));

    static final Family FAMILY = new Family("pubsub", PubSub::steps);

    private PubSub() {}

    private static List<Step> steps(Draw draw) {
        int connection = draw.below(Step.CONNECTIONS);
        Form form = draw.of(FORMS);
        return form.comparison().equals(Comparison.EXACT)
                ? List.of(new Step.Post(connection, form.words(draw)), new Step.Settle())
                : List.of(form.step(draw, connection));
    }
}
