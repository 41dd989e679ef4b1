/** Protocol buffers, as the bytes are (protobuf.dev, "Encoding"). */
@NullMarked
package dev.millrace.events.wire;

import org.jspecify.annotations.NullMarked;
