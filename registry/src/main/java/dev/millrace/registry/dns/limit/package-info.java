/** Who is answered how often, and who is answered at all when too many ask. */
@NullMarked
package dev.millrace.registry.dns.limit;

import org.jspecify.annotations.NullMarked;
