/** JSON as Consul reads and writes it. */
@NullMarked
package dev.millrace.registry.json;

import org.jspecify.annotations.NullMarked;
