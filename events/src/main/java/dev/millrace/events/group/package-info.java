/** Groups of consumers: what of a persistent subscription is kept for good. */
@NullMarked
package dev.millrace.events.group;

import org.jspecify.annotations.NullMarked;
