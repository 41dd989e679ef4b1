@NullMarked
package dev.millrace.registry.check.probe;

import org.jspecify.annotations.NullMarked;
