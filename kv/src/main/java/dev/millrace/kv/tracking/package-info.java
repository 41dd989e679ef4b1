/** Client-side caching: who is told that a key it has read was changed (CLIENT TRACKING). */
@NullMarked
package dev.millrace.kv.tracking;

import org.jspecify.annotations.NullMarked;
