package dev.millrace.kv.geo;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Sine, cosine and arcsine of the C library: Redis's. Those of Java are as good but not the same:
 * of five million arcsines six in a hundred differ in the last bit, and so would stored distances,
 * and places on the edge of a shape might be in it here and not there.
 */
final class Sines {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle SIN = handle("sin");
    private static final MethodHandle COS = handle("cos");
    private static final MethodHandle ASIN = handle("asin");

    private Sines() {}

    /** They return at once, so that the thread need not tell the JVM that it is outside. */
    private static MethodHandle handle(String name) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(ValueLayout.JAVA_DOUBLE, ValueLayout.JAVA_DOUBLE),
                Linker.Option.critical(false));
    }

    static double sin(double radians) {
        try {
            return (double) SIN.invokeExact(radians);
        } catch (Throwable e) {
            throw new AssertionError("sin", e);
        }
    }

    static double cos(double radians) {
        try {
            return (double) COS.invokeExact(radians);
        } catch (Throwable e) {
            throw new AssertionError("cos", e);
        }
    }

    static double asin(double sine) {
        try {
            return (double) ASIN.invokeExact(sine);
        } catch (Throwable e) {
            throw new AssertionError("asin", e);
        }
    }
}
