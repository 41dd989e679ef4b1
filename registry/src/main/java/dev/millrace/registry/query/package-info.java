/** Prepared queries: what is asked of the catalog under a name, and where else it is looked for. */
@NullMarked
package dev.millrace.registry.query;

import org.jspecify.annotations.NullMarked;
