/** nsqlookupd: who has which topics. */
@NullMarked
package dev.millrace.queue.nsq.lookup;

import org.jspecify.annotations.NullMarked;
