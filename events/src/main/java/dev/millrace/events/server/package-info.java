/** The events room: its loop, and what services need of it. */
@NullMarked
package dev.millrace.events.server;

import org.jspecify.annotations.NullMarked;
