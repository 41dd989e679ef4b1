/** Filter expressions of queries: parsing, checking against what can be selected, matching. */
@NullMarked
package dev.millrace.registry.filter;

import org.jspecify.annotations.NullMarked;
