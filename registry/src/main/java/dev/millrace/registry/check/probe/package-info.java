/** How each kind of check asks over the network, or looks at this machine. */
@NullMarked
package dev.millrace.registry.check.probe;

import org.jspecify.annotations.NullMarked;
