/** Strings as arrays of bits: SETBIT and its kin, BITOP, BITFIELD. */
@NullMarked
package dev.millrace.kv.bitmap;

import org.jspecify.annotations.NullMarked;
