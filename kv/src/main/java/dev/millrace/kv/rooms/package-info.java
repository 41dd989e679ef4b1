/** Commands that change something in other rooms, alone or within a transaction. */
@NullMarked
package dev.millrace.kv.rooms;

import org.jspecify.annotations.NullMarked;
