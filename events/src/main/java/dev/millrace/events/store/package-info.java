/** The state together with its journal. */
@NullMarked
package dev.millrace.events.store;

import org.jspecify.annotations.NullMarked;
