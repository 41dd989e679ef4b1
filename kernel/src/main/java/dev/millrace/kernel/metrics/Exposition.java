package dev.millrace.kernel.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import java.util.function.DoubleSupplier;

/** Micrometer's registry with what is declared, and with what any JVM has to tell. */
final class Exposition {
    private static final String PREFIX = "millrace.";

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    Exposition() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
    }

    void add(Reading reading) {
        Tags tags = Tags.of(reading.tags().toArray(String[]::new));
        switch (reading.kind()) {
            case COUNTER ->
                    FunctionCounter.builder(
                                    PREFIX + reading.name(),
                                    reading.value(),
                                    DoubleSupplier::getAsDouble)
                            .description(reading.doc())
                            .tags(tags)
                            .register(registry);
            case GAUGE ->
                    Gauge.builder(
                                    PREFIX + reading.name(),
                                    reading.value(),
                                    DoubleSupplier::getAsDouble)
                            .strongReference(true)
                            .description(reading.doc())
                            .tags(tags)
                            .register(registry);
        }
    }

    String text() {
        return registry.scrape();
    }
}
