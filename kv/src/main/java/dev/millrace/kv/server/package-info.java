/** The kv room: sockets, start and stop, and the housekeeping of its loops. */
@NullMarked
package dev.millrace.kv.server;

import org.jspecify.annotations.NullMarked;
