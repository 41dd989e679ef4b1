package dev.millrace.queue.amqp.method;

/** A method that a client sent; by its class. */
public sealed interface Method
        permits AccessMethod,
                BasicMethod,
                ChannelMethod,
                ConfirmMethod,
                ConnectionMethod,
                ExchangeMethod,
                QueueMethod,
                TxMethod {}
