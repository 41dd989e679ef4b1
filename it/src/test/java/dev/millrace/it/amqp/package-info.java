/** AMQP 0-9-1: clients that others wrote, crashes, faults and bad input. */
@NullMarked
package dev.millrace.it.amqp;

import org.jspecify.annotations.NullMarked;
