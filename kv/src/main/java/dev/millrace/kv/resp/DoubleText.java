package dev.millrace.kv.resp;

import dev.millrace.kernel.memory.Memory;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Doubles as C's {@code printf("%.17g")} writes them, which is how Redis 7.0 answers a score: up to
 * 17 significant digits without trailing zeros, with an exponent if it is less than -4 or more than
 * 16 (C23, 7.23.6.1). That is not the shortest text which gives the number back: 0.1 is {@code
 * 0.10000000000000001}.
 */
public final class DoubleText {
    /** The longest: -2.2250738585072014e-308. */
    public static final int BYTES_MAX = 24;

    private static final int DIGITS = 17;
    private static final MathContext ROUNDING = new MathContext(DIGITS, RoundingMode.HALF_EVEN);

    /** Integers below have their plain digits. */
    private static final double PLAIN_MAX = 1e17;

    private static final int EXPONENT_MIN = -4;

    private DoubleText() {}

    /** The text of a number; {@code inf}, {@code -inf} and {@code nan} are texts too. */
    public static String of(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0" : "0";
        }
        BigDecimal rounded = new BigDecimal(value).round(ROUNDING).stripTrailingZeros();
        int exponent = rounded.precision() - rounded.scale() - 1;
        return exponent < EXPONENT_MIN || exponent >= DIGITS
                ? scientific(rounded, exponent)
                : rounded.toPlainString();
    }

    private static String scientific(BigDecimal rounded, int exponent) {
        String all = rounded.unscaledValue().abs().toString();
        StringBuilder text = new StringBuilder(BYTES_MAX);
        text.append(rounded.signum() < 0 ? "-" : "").append(all.charAt(0));
        if (all.length() > 1) {
            text.append('.').append(all, 1, all.length());
        }
        text.append('e').append(exponent < 0 ? '-' : '+');
        int power = Math.abs(exponent);
        return text.append(power < 10 ? "0" : "").append(power).toString();
    }

    /**
     * Writes the text at {@code at}, which has room for {@link #BYTES_MAX}; returns its length. For
     * integers below 10^17 nothing is allocated.
     */
    public static int write(long at, double value) {
        long whole = (long) value;
        boolean negativeZero = whole == 0 && Double.doubleToRawLongBits(value) != 0;
        if (whole == value && Math.abs(value) < PLAIN_MAX && !negativeZero) {
            return Decimal.write(at, whole);
        }
        String text = of(value);
        for (int i = 0; i < text.length(); i++) {
            Memory.putByte(at + i, text.charAt(i));
        }
        return text.length();
    }
}
