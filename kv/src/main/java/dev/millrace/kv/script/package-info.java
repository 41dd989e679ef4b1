/** Scripts and functions: the commands, what is cached, what is persistent. */
@NullMarked
package dev.millrace.kv.script;

import org.jspecify.annotations.NullMarked;
