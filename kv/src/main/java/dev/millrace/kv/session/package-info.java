/** Clients and the loops that serve them: from received bytes to executed commands. No sockets. */
@NullMarked
package dev.millrace.kv.session;

import org.jspecify.annotations.NullMarked;
