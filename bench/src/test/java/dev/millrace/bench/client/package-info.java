/** What drives a server. */
@NullMarked
package dev.millrace.bench.client;

import org.jspecify.annotations.NullMarked;
