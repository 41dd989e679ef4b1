/**
 * Typed settings: declared by rooms, read from a file and the command line, checked before anything
 * starts.
 */
@NullMarked
package dev.millrace.kernel.config;

import org.jspecify.annotations.NullMarked;
