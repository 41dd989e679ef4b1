/** Sessions: leases that keys are held by, and what ends them. */
@NullMarked
package dev.millrace.registry.session;

import org.jspecify.annotations.NullMarked;
