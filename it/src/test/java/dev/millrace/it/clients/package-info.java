/** Client libraries that others wrote, unchanged. */
@NullMarked
package dev.millrace.it.clients;

import org.jspecify.annotations.NullMarked;
