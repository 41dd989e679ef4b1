/** Where keys and values are: stripes, dictionaries, items outside the heap. Does no I/O. */
@NullMarked
package dev.millrace.kv.store;

import org.jspecify.annotations.NullMarked;
