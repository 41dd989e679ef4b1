/** Lua 5.1: the interpreter, what scripts may reach of it, and the libraries they are given. */
@NullMarked
package dev.millrace.kv.lua;

import org.jspecify.annotations.NullMarked;
