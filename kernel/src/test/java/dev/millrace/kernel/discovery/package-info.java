@NullMarked
package dev.millrace.kernel.discovery;

import org.jspecify.annotations.NullMarked;
