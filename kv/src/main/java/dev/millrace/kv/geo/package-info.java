/** Places on earth: sorted sets whose scores are geohashes. */
@NullMarked
package dev.millrace.kv.geo;

import org.jspecify.annotations.NullMarked;
