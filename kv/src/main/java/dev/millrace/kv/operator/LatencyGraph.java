package dev.millrace.kv.operator;

import dev.millrace.kv.session.LatencySpikes.Sample;
import dev.millrace.kv.session.LatencySpikes.Series;

import java.util.List;

/** An event's spikes as a picture of characters: a column for each, its age below. */
final class LatencyGraph {
    private static final int COLUMNS = 80;
    private static final int ROWS = 4;
    private static final String MARKS = "_o#";
    private static final char BAR = '|';
    private static final int BLANK_ROWS = 1;

    private LatencyGraph() {}

    static String of(Series series, long nowSeconds) {
        long most = series.samples().stream().mapToLong(Sample::millis).max().orElse(0);
        long least = series.samples().stream().mapToLong(Sample::millis).min().orElse(0);
        StringBuilder picture = new StringBuilder();
        picture.append(series.event())
                .append(" - high ")
                .append(most)
                .append(" ms, low ")
                .append(least)
                .append(" ms (all time high ")
                .append(series.worstMillis())
                .append(" ms)\n")
                .append("-".repeat(COLUMNS))
                .append('\n');
        for (int from = 0; from < series.samples().size(); from += COLUMNS) {
            if (from > 0) {
                picture.append('\n');
            }
            int to = Math.min(from + COLUMNS, series.samples().size());
            List<Sample> part = series.samples().subList(from, to);
            bars(picture, part, least, Math.max(most - least, 1));
            ages(picture, part, nowSeconds);
        }
        return picture.toString();
    }

    private static void bars(StringBuilder picture, List<Sample> part, long least, long range) {
        int steps = MARKS.length() * ROWS;
        for (int row = 0; row < ROWS; row++) {
            for (Sample sample : part) {
                long step = Math.min((sample.millis() - least) * steps / range, steps - 1);
                long mark = step - (long) (ROWS - row - 1) * MARKS.length();
                picture.append(mark(mark));
            }
            picture.append('\n');
        }
    }

    private static char mark(long index) {
        if (index < 0) {
            return ' ';
        }
        return index < MARKS.length() ? MARKS.charAt((int) index) : BAR;
    }

    private static void ages(StringBuilder picture, List<Sample> part, long nowSeconds) {
        List<String> ages = part.stream().map(s -> age(nowSeconds - s.atSeconds())).toList();
        int longest = ages.stream().mapToInt(String::length).max().orElse(0);
        picture.append((" ".repeat(part.size()) + "\n").repeat(BLANK_ROWS));
        for (int i = 0; i < longest; i++) {
            for (String age : ages) {
                picture.append(i < age.length() ? age.charAt(i) : ' ');
            }
            picture.append('\n');
        }
    }

    private static String age(long seconds) {
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3600) {
            return seconds / 60 + "m";
        }
        return seconds < 24 * 3600 ? seconds / 3600 + "h" : seconds / (24 * 3600) + "d";
    }
}
