/** The key-value store: entries in the order of their keys, and who holds which. */
@NullMarked
package dev.millrace.registry.keys;

import org.jspecify.annotations.NullMarked;
