package dev.millrace.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.bench.report.Target.AtMost;
import dev.millrace.bench.report.Target.Open;
import dev.millrace.bench.report.Target.RatioAtLeast;
import dev.millrace.bench.report.Target.RatioAtMost;
import dev.millrace.bench.report.Target.Verdict;

import org.junit.jupiter.api.Test;

import java.util.List;

class MeasureTest {
    @Test
    void the_median_of_an_odd_count_is_the_middle_one() {
        assertEquals(2, new Samples(List.of(9.0, 1.0, 2.0)).median());
    }

    @Test
    void the_median_of_an_even_count_lies_between_the_middle_two() {
        assertEquals(2.5, new Samples(List.of(9.0, 1.0, 2.0, 3.0)).median());
    }

    @Test
    void no_rounds_are_no_samples() {
        assertThrows(IllegalArgumentException.class, () -> new Samples(List.of()));
    }

    @Test
    void the_ratio_is_that_of_the_medians_not_the_median_of_ratios() {
        Measure measure = measure(new Open(), List.of(1.0, 2.0, 30.0), List.of(4.0, 1.0, 10.0));
        assertEquals(2.0 / 4.0, measure.ratio());
        assertEquals(0.25, measure.leastRatio());
        assertEquals(3.0, measure.mostRatio());
    }

    @Test
    void a_ratio_to_nothing_is_no_number() {
        assertTrue(Double.isNaN(measure(new Open(), List.of(1.0), List.of(0.0)).ratio()));
    }

    @Test
    void a_target_is_reached_at_its_limit_and_missed_beyond() {
        assertEquals(Verdict.REACHED, verdict(new RatioAtMost(0.5), 1, 2));
        assertEquals(Verdict.MISSED, verdict(new RatioAtMost(0.5), 1.01, 2));
        assertEquals(Verdict.REACHED, verdict(new RatioAtLeast(1.3), 1.3, 1));
        assertEquals(Verdict.MISSED, verdict(new RatioAtLeast(1.3), 1.29, 1));
        assertEquals(Verdict.REACHED, verdict(new AtMost(115), 115, 1));
        assertEquals(Verdict.MISSED, verdict(new AtMost(115), 116, 1000));
        assertEquals(Verdict.OPEN, verdict(new Open(), 1, 1));
    }

    @Test
    void a_number_that_a_server_does_not_have_is_neither_reached_nor_missed() {
        assertEquals(Verdict.OPEN, verdict(new AtMost(500), Double.NaN, 1));
    }

    private static Verdict verdict(Target target, double subject, double peer) {
        return measure(target, List.of(subject), List.of(peer)).verdict();
    }

    private static Measure measure(Target target, List<Double> subject, List<Double> peer) {
        return new Measure("CPU", "µs/op", target, new Samples(subject), new Samples(peer));
    }
}
