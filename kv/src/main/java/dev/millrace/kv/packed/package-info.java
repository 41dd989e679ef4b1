/** Short collections in one run of bytes, in the forms that Redis's dumps have them in too. */
@NullMarked
package dev.millrace.kv.packed;

import org.jspecify.annotations.NullMarked;
