/**
 * KurrentDB's services, as their clients' protocol files have them (package event_store.client).
 */
@NullMarked
package dev.millrace.events.api;

import org.jspecify.annotations.NullMarked;
