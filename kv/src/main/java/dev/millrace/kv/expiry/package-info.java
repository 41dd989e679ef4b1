/** Deleting keys whose time has come, without being asked for them. */
@NullMarked
package dev.millrace.kv.expiry;

import org.jspecify.annotations.NullMarked;
