/** COMMAND: what commands there are, from their own declarations. */
@NullMarked
package dev.millrace.kv.catalog;

import org.jspecify.annotations.NullMarked;
