/** Commands about the connection itself. */
@NullMarked
package dev.millrace.kv.connection;

import org.jspecify.annotations.NullMarked;
