/** What a client and this node agree on when it says who it is. */
@NullMarked
package dev.millrace.queue.nsq.identify;

import org.jspecify.annotations.NullMarked;
