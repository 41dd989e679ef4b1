@NullMarked
package dev.millrace.registry.filter;

import org.jspecify.annotations.NullMarked;
