package dev.millrace.kernel.log;

import dev.millrace.kernel.log.Log.Level;

import io.netty.util.internal.logging.AbstractInternalLogger;
import io.netty.util.internal.logging.FormattingTuple;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.MessageFormatter;

import org.jspecify.annotations.Nullable;

/**
 * Netty's own warnings as lines of ours. What Netty calls info and debug is of use only to who
 * works on Netty, and asking "is debug on?" hundreds of times at start must be cheap: both are off.
 */
public final class NettyLog extends InternalLoggerFactory {
    private final Log log;

    private NettyLog(Log log) {
        this.log = log;
    }

    /** Takes effect for classes of Netty that are loaded afterwards: so, first thing. */
    public static void into(Log log) {
        InternalLoggerFactory.setDefaultFactory(new NettyLog(log.in("netty")));
    }

    @Override
    protected InternalLogger newInstance(String name) {
        return new Lines(name, log);
    }

    private static final class Lines extends AbstractInternalLogger {
        private static final long serialVersionUID = 1L;

        private final transient Log log;

        Lines(String name, Log log) {
            super(name);
            this.log = log;
        }

        private void write(Level level, String message, @Nullable Throwable failure) {
            String logger = name().substring(name().lastIndexOf('.') + 1);
            if (failure == null) {
                log.write(level, message, "logger", logger);
            } else {
                log.write(level, message, "logger", logger, "failure", failure);
            }
        }

        private void write(Level level, FormattingTuple tuple) {
            write(level, String.valueOf(tuple.getMessage()), tuple.getThrowable());
        }

        @Override
        public boolean isWarnEnabled() {
            return true;
        }

        @Override
        public void warn(String message) {
            write(Level.WARN, message, null);
        }

        @Override
        public void warn(String format, Object argument) {
            write(Level.WARN, MessageFormatter.format(format, argument));
        }

        @Override
        public void warn(String format, Object... arguments) {
            write(Level.WARN, MessageFormatter.arrayFormat(format, arguments));
        }

        @Override
        public void warn(String format, Object one, Object two) {
            write(Level.WARN, MessageFormatter.format(format, one, two));
        }

        @Override
        public void warn(String message, Throwable failure) {
            write(Level.WARN, message, failure);
        }

        @Override
        public boolean isErrorEnabled() {
            return true;
        }

        @Override
        public void error(String message) {
            write(Level.ERROR, message, null);
        }

        @Override
        public void error(String format, Object argument) {
            write(Level.ERROR, MessageFormatter.format(format, argument));
        }

        @Override
        public void error(String format, Object one, Object two) {
            write(Level.ERROR, MessageFormatter.format(format, one, two));
        }

        @Override
        public void error(String format, Object... arguments) {
            write(Level.ERROR, MessageFormatter.arrayFormat(format, arguments));
        }

        @Override
        public void error(String message, Throwable failure) {
            write(Level.ERROR, message, failure);
        }

        @Override
        public boolean isTraceEnabled() {
            return false;
        }

        @Override
        public void trace(String message) {}

        @Override
        public void trace(String format, Object argument) {}

        @Override
        public void trace(String format, Object one, Object two) {}

        @Override
        public void trace(String format, Object... arguments) {}

        @Override
        public void trace(String message, Throwable failure) {}

        @Override
        public boolean isDebugEnabled() {
            return false;
        }

        @Override
        public void debug(String message) {}

        @Override
        public void debug(String format, Object argument) {}

        @Override
        public void debug(String format, Object one, Object two) {}

        @Override
        public void debug(String format, Object... arguments) {}

        @Override
        public void debug(String message, Throwable failure) {}

        @Override
        public boolean isInfoEnabled() {
            return false;
        }

        @Override
        public void info(String message) {}

        @Override
        public void info(String format, Object argument) {}

        @Override
        public void info(String format, Object one, Object two) {}

        @Override
        public void info(String format, Object... arguments) {}

        @Override
        public void info(String message, Throwable failure) {}
    }
}
