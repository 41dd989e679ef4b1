package dev.millrace.kv.replication;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a process has ended its stream to those who follow: what the next one has to know to have
 * them go on. It holds if the log ends where it ended then: the stream had all of it.
 *
 * <pre>
 * id SP offset SP position LF     text, in a file that is taken away by who reads it
 * </pre>
 *
 * <p>It is not forced to the disk. A process that is killed leaves none, and one that is not whole
 * is none: who follows copies all then. One that a power cut brings back names a stream that nobody
 * follows any more, for the next process gives its stream another name.
 *
 * @param id the stream's name
 * @param offset bytes of the stream
 * @param position of the log's last record
 */
record StreamEnd(String id, long offset, long position) {
    private static final String FILE = "stream-end";
    private static final Pattern FORM =
            Pattern.compile("([0-9a-f]{40}) ([0-9]{1,18}) ([0-9]{1,18})\n");
    private static final int BYTES_MAX = 128;

    void leave(Path folder) throws IOException {
        String text = id + " " + offset + " " + position + "\n";
        Files.writeString(folder.resolve(FILE), text, StandardCharsets.US_ASCII);
    }

    /** Takes it away; empty if none was left, or none that is whole. */
    static Optional<StreamEnd> take(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        String text =
                Files.size(file) > BYTES_MAX
                        ? ""
                        : Files.readString(file, StandardCharsets.ISO_8859_1);
        Files.delete(file);
        Matcher form = FORM.matcher(text);
        return form.matches() ? Optional.of(of(form.toMatchResult())) : Optional.empty();
    }

    private static StreamEnd of(MatchResult form) {
        return new StreamEnd(
                form.group(1), Long.parseLong(form.group(2)), Long.parseLong(form.group(3)));
    }
}
