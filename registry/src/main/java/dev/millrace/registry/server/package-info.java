/** The registry's event loop, and who waits there for a change. */
@NullMarked
package dev.millrace.registry.server;

import org.jspecify.annotations.NullMarked;
