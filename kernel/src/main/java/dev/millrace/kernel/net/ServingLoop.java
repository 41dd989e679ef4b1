package dev.millrace.kernel.net;

import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SingleThreadIoEventLoop;

import java.util.concurrent.Executor;

/** An event loop that one of its own tasks may have serve its channels while it goes on running. */
public final class ServingLoop extends SingleThreadIoEventLoop {
    ServingLoop(IoEventLoopGroup group, Executor executor, IoHandlerFactory handlers) {
        super(group, executor, handlers);
    }

    /**
     * Does what the loop would do in a turn, and returns soon: it waits for nothing. Only in a task
     * of this loop's, never in what a channel's handler does, for the transport does not enter
     * itself.
     */
    public void serve() {
        execute(() -> {}); // With something to do, the transport does not wait.
        runIo();
        runAllTasks();
    }
}
