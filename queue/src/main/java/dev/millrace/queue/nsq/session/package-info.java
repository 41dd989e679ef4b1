/** A client's connection, and the verbs that it can say. */
@NullMarked
package dev.millrace.queue.nsq.session;

import org.jspecify.annotations.NullMarked;
