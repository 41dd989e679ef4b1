/** Transports and listeners: how bytes get in and out. */
@NullMarked
package dev.millrace.kernel.net;

import org.jspecify.annotations.NullMarked;
