/** The registry by DNS, as Consul answers it. */
@NullMarked
package dev.millrace.registry.dns;

import org.jspecify.annotations.NullMarked;
