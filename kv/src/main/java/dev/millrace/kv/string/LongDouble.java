package dev.millrace.kv.string;

import dev.millrace.kv.command.Refusal;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number as C's {@code long double} is on x86-64, which INCRBYFLOAT and its kin count with: 64
 * bits of mantissa, 15 of exponent (Intel SDM vol. 1, 4.2.2 "Floating-Point Data Types"). Texts are
 * those of {@code strtold} and of {@code printf("%.17Lf")} without trailing zeros.
 *
 * <p>It is what the machine would have, {@code mantissa * 2^exponent}, in whole numbers.
 *
 * @param mantissa null if the number is infinite
 */
public record LongDouble(@Nullable BigInteger mantissa, int exponent) {
    public static final LongDouble ZERO = new LongDouble(BigInteger.ZERO, 0);

    /** Bytes of the longest text: {@code 5*1024} with C's zero. */
    public static final int TEXT_BYTES_MAX = 5 * 1024 - 1;

    private static final LongDouble INFINITE = new LongDouble(null, 0);
    private static final int MANTISSA_BITS = 64;

    /** A mantissa counts in these or larger units: 2 to this power is the least there is. */
    private static final int EXPONENT_MIN = -16445;

    /** Numbers are less than 2 to this power. */
    private static final int POWER_MAX = 16384;

    /** Digits before the point beyond which a number is too large, or too small, for sure. */
    private static final long MAGNITUDE_MAX = 5000;

    private static final int FRACTION_DIGITS = 17;
    private static final BigInteger FRACTION = BigInteger.TEN.pow(FRACTION_DIGITS);

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
                return number(decimal, 10);
            }
            Matcher hexadecimal = HEXADECIMAL.matcher(text);
            if (hexadecimal.matches()) {
                return number(hexadecimal, 16);
            }
            if (INFINITY.matcher(text).matches()) {
                return INFINITE;
            }
        }
        throw Refusal.NOT_A_FLOAT;
    }

    private static LongDouble number(Matcher parts, int base) {
        String whole = orNone(parts.group(2));
        String fraction = orNone(parts.group(3)) + orNone(parts.group(4));
        BigInteger digits = new BigInteger(whole + fraction, base);
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
        LongDouble value = base == 10 ? decimal(digits, (int) power) : rounded(digits, (int) power);
        if (!value.isFinite() || value.isZero()) {
            throw Refusal.NOT_A_FLOAT;
        }
        return "-".equals(parts.group(1)) ? value.negated() : value;
    }

    private static LongDouble decimal(BigInteger digits, int power) {
        if (power >= 0) {
            return rounded(digits.multiply(BigInteger.TEN.pow(power)), 0);
        }
        BigInteger divisor = BigInteger.TEN.pow(-power);
        // So many bits that the quotient has two more than a mantissa.
        int shift = Math.max(0, divisor.bitLength() - digits.bitLength() + MANTISSA_BITS + 2);
        BigInteger[] division = digits.shiftLeft(shift).divideAndRemainder(divisor);
        // What is left over counts as a last bit: it only tells a half from more than a half.
        boolean isWhole = division[1].signum() == 0;
        BigInteger quotient = isWhole ? division[0] : division[0].setBit(0);
        return rounded(quotient, -shift);
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
        return mantissa != null;
    }

    private boolean isZero() {
        return mantissa != null && mantissa.signum() == 0;
    }

    private LongDouble negated() {
        return mantissa == null ? INFINITE : new LongDouble(mantissa.negate(), exponent);
    }

    /** The sum, which is infinite if one is or if it is too large. */
    public LongDouble plus(LongDouble other) {
        BigInteger a = mantissa;
        BigInteger b = other.mantissa;
        if (a == null || b == null) {
            return INFINITE;
        }
        int least = Math.min(exponent, other.exponent);
        BigInteger sum = a.shiftLeft(exponent - least).add(b.shiftLeft(other.exponent - least));
        return rounded(sum, least);
    }

    /**
     * A thousand times the number, rounded up to a whole one: seconds in ms. As on x86-64 it is
     * {@code Long.MIN_VALUE} if a long cannot hold it.
     */
    public long thousandfold() {
        LongDouble product =
                mantissa == null
                        ? INFINITE
                        : rounded(mantissa.multiply(BigInteger.valueOf(1000)), exponent);
        BigInteger digits = product.mantissa;
        if (digits == null || digits.bitLength() + product.exponent > Long.SIZE) {
            return Long.MIN_VALUE;
        }
        // To the right it rounds down, so what is shifted is the number's opposite.
        BigInteger whole = digits.negate().shiftLeft(product.exponent).negate();
        return whole.bitLength() < Long.SIZE ? whole.longValue() : Long.MIN_VALUE;
    }

    /** {@code number * 2^exponent} with a mantissa of 64 bits, ties to even. */
    private static LongDouble rounded(BigInteger number, int exponent) {
        BigInteger mantissa = number.abs();
        int excess = Math.max(mantissa.bitLength() - MANTISSA_BITS, EXPONENT_MIN - exponent);
        if (excess > 0) {
            mantissa = shiftedRight(mantissa, excess);
        } else {
            excess = 0;
        }
        if (mantissa.bitLength() + exponent + excess > POWER_MAX) {
            return INFINITE;
        }
        return new LongDouble(
                number.signum() < 0 ? mantissa.negate() : mantissa, exponent + excess);
    }

    /** Divides by a power of two and rounds, ties to even; not for negative numbers. */
    private static BigInteger shiftedRight(BigInteger number, int bits) {
        BigInteger quotient = number.shiftRight(bits);
        boolean half = number.testBit(bits - 1);
        boolean more = half && number.getLowestSetBit() < bits - 1;
        return more || half && quotient.testBit(0) ? quotient.add(BigInteger.ONE) : quotient;
    }

    /** As Redis prints it for people: up to 17 digits behind the point, no exponent. */
    public String text() {
        BigInteger finite = mantissa;
        if (finite == null) {
            return "inf";
        }
        if (exponent >= 0) {
            return finite.shiftLeft(exponent).toString();
        }
        BigInteger digits = shiftedRight(finite.abs().multiply(FRACTION), -exponent);
        BigDecimal rounded =
                new BigDecimal(finite.signum() < 0 ? digits.negate() : digits, FRACTION_DIGITS);
        return rounded.stripTrailingZeros().toPlainString();
    }
}
