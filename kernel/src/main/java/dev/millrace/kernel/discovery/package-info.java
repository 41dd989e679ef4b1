/** How rooms find the instances of a service, whoever keeps the registry. */
@NullMarked
package dev.millrace.kernel.discovery;

import org.jspecify.annotations.NullMarked;
