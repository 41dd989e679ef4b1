/** NSQ: nsqd's and nsqlookupd's protocols, on the queue room's backlogs. */
@NullMarked
package dev.millrace.queue.nsq;

import org.jspecify.annotations.NullMarked;
