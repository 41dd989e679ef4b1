/** Foreign clients of the registry, and foreign servers that it checks. */
@NullMarked
package dev.millrace.it.registry;

import org.jspecify.annotations.NullMarked;
