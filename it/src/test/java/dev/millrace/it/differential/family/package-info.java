/** The families of commands, one file each, listed in {@code Families}. */
@NullMarked
package dev.millrace.it.differential.family;

import org.jspecify.annotations.NullMarked;
