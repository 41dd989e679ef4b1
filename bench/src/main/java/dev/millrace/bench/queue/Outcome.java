package dev.millrace.bench.queue;

/**
 * What a closed loop came to.
 *
 * @param ratePerSecond messages published, confirmed, consumed and acknowledged
 * @param cpuMicros of the server, per message
 * @param clientCpuMicros of the load clients, per message
 */
record Outcome(double ratePerSecond, double cpuMicros, double clientCpuMicros) {
    /** What of all processors the clients took, in percent. */
    double clientBusyPercent() {
        double processors = Runtime.getRuntime().availableProcessors();
        return clientCpuMicros * ratePerSecond / 1e6 / processors * 100;
    }
}
