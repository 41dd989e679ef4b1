@NullMarked
package dev.millrace.registry.state;

import org.jspecify.annotations.NullMarked;
