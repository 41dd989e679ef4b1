/** The operator's HTTP endpoint: health, metrics, and what rooms add. */
@NullMarked
package dev.millrace.kernel.admin;

import org.jspecify.annotations.NullMarked;
