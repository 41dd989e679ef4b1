/** What changes the registry: effects, as they lie in records. */
@NullMarked
package dev.millrace.registry.effect;

import org.jspecify.annotations.NullMarked;
