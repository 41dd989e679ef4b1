package dev.millrace.registry.check.probe;

import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Settings;

/** HTTP/2 for a single question. */
final class Http2Client {
    private static final int HEADERS_BYTES_MAX = 1 << 13;

    /** Acknowledgements that a peer does not read, before it is hung up on. */
    private static final int UNREAD_ANSWERS_MAX = 100;

    private Http2Client() {}

    static Http2FrameCodec codec() {
        Http2Settings settings =
                Http2Settings.defaultSettings()
                        .pushEnabled(false)
                        .maxHeaderListSize(HEADERS_BYTES_MAX);
        return Http2FrameCodecBuilder.forClient()
                .initialSettings(settings)
                .encoderEnforceMaxQueuedControlFrames(UNREAD_ANSWERS_MAX)
                .gracefulShutdownTimeoutMillis(0)
                .build();
    }
}
