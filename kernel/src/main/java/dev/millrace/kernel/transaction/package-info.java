/** How rooms change something together: as one record (docs/decisions/transactions.md). */
@NullMarked
package dev.millrace.kernel.transaction;

import org.jspecify.annotations.NullMarked;
