package dev.millrace.queue.amqp.exchange;

import java.util.function.Consumer;

/** The bindings of one exchange, and which of them a message matches. */
sealed interface Matcher permits DirectMatcher, FanoutMatcher, TopicMatcher, HeadersMatcher {
    /** Adds a binding that is not there. */
    void add(Binding binding);

    /** Takes away one that is. */
    void remove(Binding binding);

    /** Gives the destinations of what matches; one may come more than once. */
    void match(String routingKey, Headers headers, Consumer<Destination> taker);
}
