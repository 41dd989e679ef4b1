package dev.millrace.queue.amqp.session;

/**
 * What a server offers.
 *
 * @param frameMaxBytes the longest frame
 * @param channelMax the highest channel number
 * @param heartbeatSeconds between signs of life
 * @param messageBytesMax the longest body
 */
public record Options(
        String user,
        String password,
        int frameMaxBytes,
        int channelMax,
        int heartbeatSeconds,
        long messageBytesMax) {}
