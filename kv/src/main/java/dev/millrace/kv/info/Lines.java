package dev.millrace.kv.info;

import java.util.Locale;

/** The text of INFO while it is written. */
final class Lines {
    private static final String[] UNITS = {"K", "M", "G", "T", "P"};
    private static final int STEP = 1024;

    private final StringBuilder text = new StringBuilder();

    /** Begins a section. */
    void section(String title) {
        if (!text.isEmpty()) {
            text.append("\r\n");
        }
        text.append("# ").append(title).append("\r\n");
    }

    Lines add(String name, String value) {
        text.append(name).append(':').append(value).append("\r\n");
        return this;
    }

    Lines add(String name, long value) {
        return add(name, Long.toString(value));
    }

    Lines add(String name, double value) {
        return add(name, decimal(value, 2));
    }

    /** Several that have no counterpart here. */
    Lines zero(String... names) {
        for (String name : names) {
            add(name, 0);
        }
        return this;
    }

    /** Bytes, and once more as people read them. */
    Lines bytes(String name, long bytes) {
        return add(name, bytes).human(name, bytes);
    }

    Lines human(String name, long bytes) {
        return add(name + "_human", human(bytes));
    }

    static String decimal(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    static String human(long bytes) {
        if (bytes < STEP) {
            return bytes + "B";
        }
        double value = bytes;
        int unit = -1;
        while (value >= STEP && unit + 1 < UNITS.length) {
            value /= STEP;
            unit++;
        }
        return decimal(value, 2) + UNITS[unit];
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
