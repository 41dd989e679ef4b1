/** HTTP/1.1 as Consul speaks it: requests, answers, blocking queries. */
@NullMarked
package dev.millrace.registry.http;

import org.jspecify.annotations.NullMarked;
