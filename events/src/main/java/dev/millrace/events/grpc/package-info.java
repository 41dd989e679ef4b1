/** gRPC over HTTP/2 (grpc/grpc, doc/PROTOCOL-HTTP2.md), on Netty's codec; knows no service. */
@NullMarked
package dev.millrace.events.grpc;

import org.jspecify.annotations.NullMarked;
