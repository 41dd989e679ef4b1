/** Health checks: what is asked of whom, how often, and what its answers make of a status. */
@NullMarked
package dev.millrace.registry.check;

import org.jspecify.annotations.NullMarked;
