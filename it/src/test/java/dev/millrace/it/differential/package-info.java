/**
 * The same random commands to the system under test and to Redis, and the same replies expected. A
 * family of commands is one file of {@code family}; see {@link
 * dev.millrace.it.differential.Family}.
 */
@NullMarked
package dev.millrace.it.differential;

import org.jspecify.annotations.NullMarked;
