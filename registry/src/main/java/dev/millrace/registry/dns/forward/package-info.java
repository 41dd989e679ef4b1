/** Names of others: asked of resolvers that were configured. */
@NullMarked
package dev.millrace.registry.dns.forward;

import org.jspecify.annotations.NullMarked;
