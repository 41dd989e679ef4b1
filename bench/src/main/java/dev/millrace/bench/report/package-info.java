/** What was measured, what was hoped for, and the table, page and JSON that say so. */
@NullMarked
package dev.millrace.bench.report;

import org.jspecify.annotations.NullMarked;
