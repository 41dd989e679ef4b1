package dev.millrace.it.kurrent;

import static org.junit.platform.engine.discovery.ClassNameFilter.excludeClassNamePatterns;
import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathRoots;
import static org.junit.platform.launcher.EngineFilter.includeEngines;

import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Runs every test class of the client's suite but those that a file leaves out, and writes what
 * came of each test.
 *
 * <p>A test is a method: of one that runs several times (with parameters, or again because it may
 * fail), all runs together are one. It is told below the type that declares it, for the suite's
 * classes have most of their tests from interfaces.
 *
 * <p>Classes run by name, so that TelemetryTests comes last: it leaves a tracer behind, with which
 * the client adds to the metadata of events that AppendTests expects as it gave them.
 */
public final class SuiteRun {
    private static final String TEST_CLASSES = "^.*Tests?$";
    private static final String BY_NAME = "org.junit.jupiter.api.ClassOrderer$ClassName";
    private static final String REASON_PREFIX = "Assumption failed: ";
    private static final int REASON_CHARS_MAX = 160;

    private SuiteRun() {}

    /** What came of a test; of several runs the first of these that any of them had. */
    private enum Outcome {
        FAILED,
        PASSED,
        SKIPPED
    }

    private record Verdict(Outcome outcome, String reason) {
        Verdict merge(Verdict other) {
            return other.outcome.compareTo(outcome) < 0 ? other : this;
        }
    }

    /** Collects a verdict for each test, by the type that declares it. */
    private static final class Results implements TestExecutionListener {
        private final Map<String, Map<String, Verdict>> byType = new TreeMap<>();

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            boolean failed = result.getStatus() == TestExecutionResult.Status.FAILED;
            if (failed) {
                System.err.println("failed: " + test.getDisplayName());
                result.getThrowable().ifPresent(Throwable::printStackTrace);
            }
            if (test.isTest() || failed) {
                record(test, new Verdict(outcome(result), reason(result)));
            }
        }

        @Override
        public void executionSkipped(TestIdentifier test, String reason) {
            record(test, new Verdict(Outcome.SKIPPED, reason));
        }

        private void record(TestIdentifier test, Verdict verdict) {
            Optional<TestSource> source = test.getSource();
            String type = test.getDisplayName();
            String name = "(as a whole)";
            if (source.isPresent() && source.get() instanceof MethodSource method) {
                type = method.getJavaMethod().getDeclaringClass().getSimpleName();
                name = method.getMethodName();
            }
            byType.computeIfAbsent(type, absent -> new TreeMap<>())
                    .merge(name, verdict, Verdict::merge);
        }

        private static Outcome outcome(TestExecutionResult result) {
            return switch (result.getStatus()) {
                case SUCCESSFUL -> Outcome.PASSED;
                case ABORTED -> Outcome.SKIPPED;
                case FAILED -> Outcome.FAILED;
            };
        }

        private static String reason(TestExecutionResult result) {
            String told = result.getThrowable().map(Throwable::toString).orElse("");
            int assumption = told.indexOf(REASON_PREFIX);
            String reason =
                    assumption < 0 ? told : told.substring(assumption + REASON_PREFIX.length());
            String line = reason.lines().findFirst().orElse("");
            return line.substring(0, Math.min(line.length(), REASON_CHARS_MAX));
        }

        long count(Outcome outcome) {
            return byType.values().stream().mapToLong(tests -> count(tests, outcome)).sum();
        }

        private static long count(Map<String, Verdict> tests, Outcome outcome) {
            return tests.values().stream().filter(test -> test.outcome == outcome).count();
        }

        /** A row for each type, a sum, and a line for each test that did not pass. */
        List<String> lines() {
            List<String> lines = new ArrayList<>();
            byType.forEach(
                    (type, tests) ->
                            lines.add(
                                    row(
                                            type,
                                            count(tests, Outcome.PASSED),
                                            count(tests, Outcome.FAILED),
                                            count(tests, Outcome.SKIPPED))));
            lines.add(
                    row(
                            "all",
                            count(Outcome.PASSED),
                            count(Outcome.FAILED),
                            count(Outcome.SKIPPED)));
            for (Outcome outcome : List.of(Outcome.FAILED, Outcome.SKIPPED)) {
                byType.forEach((type, tests) -> explain(lines, type, tests, outcome));
            }
            return lines;
        }

        private static String row(String type, long passed, long failed, long skipped) {
            return "%-51s %3d passed %3d failed %3d skipped"
                    .formatted(type, passed, failed, skipped);
        }

        private static void explain(
                List<String> lines, String type, Map<String, Verdict> tests, Outcome outcome) {
            tests.forEach(
                    (name, verdict) -> {
                        if (verdict.outcome == outcome) {
                            lines.add(
                                    "%s %s.%s: %s".formatted(outcome, type, name, verdict.reason));
                        }
                    });
        }
    }

    /**
     * @param arguments the folder of the compiled suite; the file of what is left out, a class and
     *     its reason on each line; the file to write
     */
    public static void main(String[] arguments) throws IOException {
        Map<String, String> leftOut = leftOut(Path.of(arguments[1]));
        LauncherDiscoveryRequest request =
                LauncherDiscoveryRequestBuilder.request()
                        .selectors(selectClasspathRoots(Set.of(Path.of(arguments[0]))))
                        .filters(
                                includeClassNamePatterns(TEST_CLASSES),
                                excludeClassNamePatterns(patterns(leftOut.keySet())),
                                includeEngines("junit-jupiter"))
                        .configurationParameter("junit.jupiter.execution.timeout.default", "60 s")
                        .configurationParameter("junit.jupiter.testclass.order.default", BY_NAME)
                        .build();
        Results results = new Results();
        LauncherFactory.create().execute(request, results);
        List<String> lines = new ArrayList<>(results.lines());
        leftOut.forEach((type, reason) -> lines.add("LEFT OUT " + type + ": " + reason));
        Files.write(Path.of(arguments[2]), lines);
        // Threads of the suite's clients may still run.
        System.exit(
                results.count(Outcome.FAILED) == 0 && results.count(Outcome.PASSED) > 0 ? 0 : 1);
    }

    private static String[] patterns(Set<String> types) {
        return types.stream()
                .map(type -> "io\\.kurrent\\.dbclient\\." + Pattern.quote(type))
                .toArray(String[]::new);
    }

    private static Map<String, String> leftOut(Path file) throws IOException {
        Map<String, String> leftOut = new TreeMap<>();
        for (String line : Files.readAllLines(file)) {
            String[] words = line.split(" ", 2);
            leftOut.put(words[0], words[1]);
        }
        return leftOut;
    }
}
