/** The frame every command fits into: its declaration, the table, the call, its keys. */
@NullMarked
package dev.millrace.kv.command;

import org.jspecify.annotations.NullMarked;
