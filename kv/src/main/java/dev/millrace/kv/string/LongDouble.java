package dev.millrace.kv.string;

import dev.millrace.kv.command.Refusal;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number as C's {@code long double} is on x86-64, which INCRBYFLOAT and its kin count with: 64
 * bits of mantissa, 15 of exponent (Intel SDM vol. 1, 4.2.2 "Floating-Point Data Types"). Texts are
 * those of {@code strtold} and of {@code printf("%.17Lf")} without trailing zeros.
 *
 * <p>Held as its exact decimal value, and rounded to what the format has after each operation:
 * slower than the machine's numbers, and the same to the last digit.
 *
 * @param finite null if it is infinite
 */
public record LongDouble(@Nullable BigDecimal finite) {
    public static final LongDouble ZERO = new LongDouble(BigDecimal.ZERO);

    /** Bytes of the longest text: {@code 5*1024} with C's zero. */
    public static final int TEXT_BYTES_MAX = 5 * 1024 - 1;

    private static final LongDouble INFINITE = new LongDouble(null);
    private static final int MANTISSA_BITS = 64;

    /** A mantissa counts in these or larger units: 2 to this power is the least there is. */
    private static final int EXPONENT_MIN = -16445;

    private static final BigDecimal LIMIT = new BigDecimal(BigInteger.ONE.shiftLeft(16384));

    /** Digits before the point beyond which a number is too large, or too small, for sure. */
    private static final long MAGNITUDE_MAX = 5000;

    private static final int FRACTION_DIGITS = 17;

    private static final Pattern DECIMAL =
            Pattern.compile("([+-]?)(?:(\\d++)(?:\\.(\\d*+))?+|\\.(\\d++))(?:[eE]([+-]?\\d++))?+");
    private static final Pattern HEXADECIMAL =
            Pattern.compile(
                    "([+-]?)0[xX](?:(\\p{XDigit}++)(?:\\.(\\p{XDigit}*+))?+|\\.(\\p{XDigit}++))"
                            + "(?:[pP]([+-]?\\d++))?+");
    private static final Pattern INFINITY =
            Pattern.compile("[+-]?(?:inf|infinity)", Pattern.CASE_INSENSITIVE);

    /** The number this text says; refuses what is none, or beyond the format's range. */
    public static LongDouble parse(String text) {
        if (text.length() <= TEXT_BYTES_MAX) {
            Matcher decimal = DECIMAL.matcher(text);
            if (decimal.matches()) {
                return rounded(decimal, 10);
            }
            Matcher hexadecimal = HEXADECIMAL.matcher(text);
            if (hexadecimal.matches()) {
                return rounded(hexadecimal, 16);
            }
            if (INFINITY.matcher(text).matches()) {
                return INFINITE;
            }
        }
        throw Refusal.NOT_A_FLOAT;
    }

    private static LongDouble rounded(Matcher parts, int base) {
        String whole = orNone(parts.group(2));
        String fraction = orNone(parts.group(3)) + orNone(parts.group(4));
        BigInteger digits = new BigInteger(parts.group(1) + whole + fraction, base);
        if (digits.signum() == 0) {
            return ZERO;
        }
        long exponent = exponent(parts.group(5));
        int bitsPerDigit = base == 10 ? 1 : 4;
        long power = exponent - (long) fraction.length() * bitsPerDigit;
        long magnitude = base == 10 ? digits.toString().length() : digits.bitLength();
        long magnitudeMax = base == 10 ? MAGNITUDE_MAX : 4 * MAGNITUDE_MAX;
        if (Math.abs(magnitude + power) > magnitudeMax) {
            throw Refusal.NOT_A_FLOAT;
        }
        BigDecimal exact =
                base == 10
                        ? new BigDecimal(digits, (int) -power)
                        : scaledByTwo(digits, (int) power);
        BigDecimal value = round(exact);
        if (value.signum() == 0 || value.abs().compareTo(LIMIT) >= 0) {
            throw Refusal.NOT_A_FLOAT;
        }
        return new LongDouble(value);
    }

    private static String orNone(@Nullable String group) {
        return group == null ? "" : group;
    }

    private static long exponent(@Nullable String text) {
        if (text == null) {
            return 0;
        }
        boolean isShort = text.length() <= 10;
        return isShort ? Long.parseLong(text) : text.startsWith("-") ? -(1L << 40) : 1L << 40;
    }

    public boolean isFinite() {
        return finite != null;
    }

    /** The sum, which is infinite if one is or if it is too large. */
    public LongDouble plus(LongDouble other) {
        BigDecimal a = finite;
        BigDecimal b = other.finite;
        if (a == null || b == null) {
            return INFINITE;
        }
        BigDecimal sum = round(a.add(b));
        return sum.abs().compareTo(LIMIT) >= 0 ? INFINITE : new LongDouble(sum);
    }

    /** Rounds to a mantissa of 64 bits, ties to even. */
    private static BigDecimal round(BigDecimal exact) {
        if (exact.signum() == 0) {
            return BigDecimal.ZERO;
        }
        BigInteger numerator = exact.unscaledValue().abs();
        BigInteger denominator = BigInteger.ONE;
        if (exact.scale() >= 0) {
            denominator = BigInteger.TEN.pow(exact.scale());
        } else {
            numerator = numerator.multiply(BigInteger.TEN.pow(-exact.scale()));
        }
        // Within one of the exponent that gives the mantissa its 64 bits.
        int exponent =
                Math.max(
                        numerator.bitLength() - denominator.bitLength() - MANTISSA_BITS,
                        EXPONENT_MIN);
        BigInteger mantissa = mantissa(numerator, denominator, exponent);
        if (mantissa.bitLength() > MANTISSA_BITS) {
            exponent++;
            mantissa = mantissa(numerator, denominator, exponent);
        }
        BigDecimal rounded = scaledByTwo(mantissa, exponent);
        return exact.signum() < 0 ? rounded.negate() : rounded;
    }

    /** {@code numerator / denominator / 2^exponent}, rounded. */
    private static BigInteger mantissa(BigInteger numerator, BigInteger denominator, int exponent) {
        BigInteger dividend = exponent < 0 ? numerator.shiftLeft(-exponent) : numerator;
        BigInteger divisor = exponent > 0 ? denominator.shiftLeft(exponent) : denominator;
        BigInteger[] division = dividend.divideAndRemainder(divisor);
        int half = division[1].shiftLeft(1).compareTo(divisor);
        boolean up = half > 0 || half == 0 && division[0].testBit(0);
        return up ? division[0].add(BigInteger.ONE) : division[0];
    }

    private static BigDecimal scaledByTwo(BigInteger value, int exponent) {
        if (exponent >= 0) {
            return new BigDecimal(value.shiftLeft(exponent));
        }
        // 2^-n = 5^n / 10^n
        BigInteger fives = BigInteger.valueOf(5).pow(-exponent);
        return new BigDecimal(value.multiply(fives), -exponent);
    }

    /** As Redis prints it for people: up to 17 digits behind the point, no exponent. */
    public String text() {
        BigDecimal value = finite;
        if (value == null) {
            return "inf";
        }
        return value.setScale(FRACTION_DIGITS, RoundingMode.HALF_EVEN)
                .stripTrailingZeros()
                .toPlainString()
                .toLowerCase(Locale.ROOT);
    }
}
