/** Foreign clients of the registry. */
@NullMarked
package dev.millrace.it.registry;

import org.jspecify.annotations.NullMarked;
