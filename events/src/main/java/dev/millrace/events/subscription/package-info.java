/** Persistent subscriptions as they run: who has which message, and what becomes of it. */
@NullMarked
package dev.millrace.events.subscription;

import org.jspecify.annotations.NullMarked;
