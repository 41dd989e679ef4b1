/** Topics and channels: NSQ's names for backlogs and those who read them. */
@NullMarked
package dev.millrace.queue.nsq.topic;

import org.jspecify.annotations.NullMarked;
