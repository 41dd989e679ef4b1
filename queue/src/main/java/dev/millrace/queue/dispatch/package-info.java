/** Consumer groups at run time: what is delivered next, in flight, deferred. */
@NullMarked
package dev.millrace.queue.dispatch;

import org.jspecify.annotations.NullMarked;
