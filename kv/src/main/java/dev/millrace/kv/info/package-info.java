/** INFO: what the server tells of itself. */
@NullMarked
package dev.millrace.kv.info;

import org.jspecify.annotations.NullMarked;
