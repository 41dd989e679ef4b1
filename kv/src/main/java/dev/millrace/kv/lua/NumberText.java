package dev.millrace.kv.lua;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.resp.Decimal;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Numbers as C's {@code printf} writes them with {@code %.14g} (C17, 7.21.6.1). */
final class NumberText {
    private static final int EXPONENT_MIN = -4;
    private static final int EXPONENT_DIGITS = 2;

    private NumberText() {}

    /** Appends a number with so many significant digits at most. */
    static void put(NativeBuffer out, double value, int digits) {
        if (value == (long) value && Math.abs(value) < Math.pow(10, Math.min(digits, 15))) {
            putWhole(out, value);
        } else {
            out.putUtf8(of(value, digits));
        }
    }

    private static void putWhole(NativeBuffer out, double value) {
        if (value == 0 && 1 / value < 0) {
            out.putByte('-');
        }
        out.advance(Decimal.write(out.room(Decimal.BYTES_MAX), (long) value));
    }

    static String of(double value, int digits) {
        String sign = Double.doubleToRawLongBits(value) < 0 ? "-" : "";
        if (Double.isNaN(value)) {
            return sign + "nan";
        }
        if (Double.isInfinite(value)) {
            return sign + "inf";
        }
        if (value == 0) {
            return sign + "0";
        }
        MathContext rounding = new MathContext(digits, RoundingMode.HALF_EVEN);
        BigDecimal rounded = new BigDecimal(Math.abs(value)).round(rounding);
        int exponent = rounded.precision() - rounded.scale() - 1;
        BigDecimal plain = rounded.stripTrailingZeros();
        if (exponent >= EXPONENT_MIN && exponent < digits) {
            return sign + plain.toPlainString();
        }
        return sign + scientific(plain, exponent);
    }

    private static String scientific(BigDecimal plain, int exponent) {
        String all = plain.unscaledValue().toString();
        StringBuilder text = new StringBuilder(all.substring(0, 1));
        if (all.length() > 1) {
            text.append('.').append(all, 1, all.length());
        }
        text.append('e').append(exponent < 0 ? '-' : '+');
        String power = Integer.toString(Math.abs(exponent));
        return text.append("0".repeat(Math.max(EXPONENT_DIGITS - power.length(), 0)))
                .append(power)
                .toString();
    }
}
