/** A cluster of one node, for clients that speak to clusters only (Redis Cluster specification). */
@NullMarked
package dev.millrace.kv.cluster;

import org.jspecify.annotations.NullMarked;
