package dev.millrace.queue.amqp.wire;

import java.io.Serial;

/**
 * The peer did what it may not. It is told so in RabbitMQ's words, with {@code channel.close} or
 * {@code connection.close}, as the code demands.
 */
public final class AmqpError extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    private final ReplyCode code;
    private final String explanation;

    public AmqpError(ReplyCode code, String explanation) {
        super(code + " - " + explanation, null, false, false);
        this.code = code;
        this.explanation = explanation;
    }

    public ReplyCode code() {
        return code;
    }

    /** Without the code's name before it. */
    public String explanation() {
        return explanation;
    }

    /** As the peer reads it: {@code NOT_FOUND - no queue 'x' in vhost '/'}. */
    public String replyText() {
        return code + " - " + explanation;
    }

    // ---- What is said in many places

    public static AmqpError preconditionFailed(String explanation) {
        return new AmqpError(ReplyCode.PRECONDITION_FAILED, explanation);
    }

    /** A message whose body is too long. */
    public static AmqpError messageTooLong(String bytes, long bytesMax) {
        return preconditionFailed(
                "message size " + bytes + " is larger than configured max size " + bytesMax);
    }

    public static AmqpError notFound(String what) {
        return new AmqpError(ReplyCode.NOT_FOUND, "no " + what);
    }

    public static AmqpError accessRefused(String explanation) {
        return new AmqpError(ReplyCode.ACCESS_REFUSED, explanation);
    }

    public static AmqpError frameError(String explanation) {
        return new AmqpError(ReplyCode.FRAME_ERROR, explanation);
    }

    public static AmqpError syntaxError(String explanation) {
        return new AmqpError(ReplyCode.SYNTAX_ERROR, explanation);
    }

    public static AmqpError unexpectedFrame(String explanation) {
        return new AmqpError(ReplyCode.UNEXPECTED_FRAME, explanation);
    }

    public static AmqpError notAllowed(String explanation) {
        return new AmqpError(ReplyCode.NOT_ALLOWED, explanation);
    }

    public static AmqpError notImplemented(String explanation) {
        return new AmqpError(ReplyCode.NOT_IMPLEMENTED, explanation);
    }

    public static AmqpError channelError(String explanation) {
        return new AmqpError(ReplyCode.CHANNEL_ERROR, explanation);
    }

    public static AmqpError commandInvalid(String explanation) {
        return new AmqpError(ReplyCode.COMMAND_INVALID, explanation);
    }
}
