/** Clients that wait inside a command for a key: who they are, and how they are served. */
@NullMarked
package dev.millrace.kv.blocking;

import org.jspecify.annotations.NullMarked;
