package dev.millrace.it.amqp.differential;

/**
 * One method of a conversation.
 *
 * @param text what it is, for who reads of a difference
 * @param client who calls it
 */
record Step(String text, int client, Side.Method method) {}
