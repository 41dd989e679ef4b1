package dev.millrace.kv.command;

import dev.millrace.kernel.transaction.Participant;
import dev.millrace.kernel.transaction.Verdict;

import java.util.function.Supplier;

/**
 * What one command does in another room. It is good as long as the command's arguments stay where
 * they are.
 *
 * @param check asks the room, once it is joined
 */
public record Branch(Participant room, Supplier<Verdict> check) {}
