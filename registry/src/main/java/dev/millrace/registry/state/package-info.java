/** All that the registry knows, as one immutable value, and what changes are heard of under. */
@NullMarked
package dev.millrace.registry.state;

import org.jspecify.annotations.NullMarked;
