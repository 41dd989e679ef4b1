/** This node as an agent: what it is, the checks it runs, and what other rooms ask of it. */
@NullMarked
package dev.millrace.registry.agent;

import org.jspecify.annotations.NullMarked;
