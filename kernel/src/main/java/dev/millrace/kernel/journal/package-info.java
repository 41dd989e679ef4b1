/**
 * The one log: an append-only sequence of records in segment files, with group commit, recovery and
 * trimming.
 */
@NullMarked
package dev.millrace.kernel.journal;

import org.jspecify.annotations.NullMarked;
