@NullMarked
package dev.millrace.registry.server;

import org.jspecify.annotations.NullMarked;
