/** Messages of DNS as bytes (RFC 1035, RFC 6891): what is asked, and what is answered. */
@NullMarked
package dev.millrace.registry.dns.wire;

import org.jspecify.annotations.NullMarked;
