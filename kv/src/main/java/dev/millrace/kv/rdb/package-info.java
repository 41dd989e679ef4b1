/** Redis's dump format: files that move data in and out, and what DUMP and RESTORE carry. */
@NullMarked
package dev.millrace.kv.rdb;

import org.jspecify.annotations.NullMarked;
