/** Events as parts of other rooms' records. */
@NullMarked
package dev.millrace.events.transaction;

import org.jspecify.annotations.NullMarked;
