/** The built product as a user meets it. */
@NullMarked
package dev.millrace.it;

import org.jspecify.annotations.NullMarked;
