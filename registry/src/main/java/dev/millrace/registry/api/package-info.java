/** Consul's endpoints. */
@NullMarked
package dev.millrace.registry.api;

import org.jspecify.annotations.NullMarked;
