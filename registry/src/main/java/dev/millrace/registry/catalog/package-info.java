/** Nodes, instances of services and checks, as one immutable value. */
@NullMarked
package dev.millrace.registry.catalog;

import org.jspecify.annotations.NullMarked;
