/** The registry beside others: DNS. */
@NullMarked
package dev.millrace.bench.registry;

import org.jspecify.annotations.NullMarked;
