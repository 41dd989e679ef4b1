package dev.millrace.kernel.config;

/** One key and its text, and where they were written. */
record Entry(String where, String key, String text) {}
