/** The queue room: its loop, and what protocols need of it. */
@NullMarked
package dev.millrace.queue.server;

import org.jspecify.annotations.NullMarked;
