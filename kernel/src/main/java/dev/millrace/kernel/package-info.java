/** What every room stands on: the log, the network, the guard, configuration, metrics. */
@NullMarked
package dev.millrace.kernel;

import org.jspecify.annotations.NullMarked;
