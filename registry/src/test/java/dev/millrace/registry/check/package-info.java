@NullMarked
package dev.millrace.registry.check;

import org.jspecify.annotations.NullMarked;
