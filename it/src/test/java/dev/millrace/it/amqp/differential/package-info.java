/** The same random methods to RabbitMQ and to the product: each answer must be the same. */
@NullMarked
package dev.millrace.it.amqp.differential;

import org.jspecify.annotations.NullMarked;
