/** The HTTP interfaces of nsqd and nsqlookupd. */
@NullMarked
package dev.millrace.queue.nsq.http;

import org.jspecify.annotations.NullMarked;
