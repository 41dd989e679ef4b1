@NullMarked
package dev.millrace.registry.http;

import org.jspecify.annotations.NullMarked;
