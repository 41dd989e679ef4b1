package dev.millrace.it.resp;

/**
 * One reply as it came over the wire, and what it means.
 *
 * @param raw its bytes, one character a byte
 */
public record Frame(String raw, Reply reply) {}
