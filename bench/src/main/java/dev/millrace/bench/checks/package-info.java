/** What the registry's health checks cost. */
@NullMarked
package dev.millrace.bench.checks;

import org.jspecify.annotations.NullMarked;
