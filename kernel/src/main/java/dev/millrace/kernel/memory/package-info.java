/** Memory outside the Java heap: raw access, the address space, and the allocator of values. */
@NullMarked
package dev.millrace.kernel.memory;

import org.jspecify.annotations.NullMarked;
