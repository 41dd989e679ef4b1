/** What an operator asks of topics at the admin port. */
@NullMarked
package dev.millrace.queue.nsq.operator;

import org.jspecify.annotations.NullMarked;
