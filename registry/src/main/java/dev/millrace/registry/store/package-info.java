/** The registry's state and its journal. */
@NullMarked
package dev.millrace.registry.store;

import org.jspecify.annotations.NullMarked;
