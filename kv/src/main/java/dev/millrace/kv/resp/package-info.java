/** The Redis serialization protocol, RESP2 and RESP3: requests in, replies out. Does no I/O. */
@NullMarked
package dev.millrace.kv.resp;

import org.jspecify.annotations.NullMarked;
