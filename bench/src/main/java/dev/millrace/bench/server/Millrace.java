package dev.millrace.bench.server;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Millrace by its own script, with the one room under test.
 *
 * @param script usually the one at the root of this source tree; another build's compares builds
 * @param settings further KEY=VALUE pairs for every start
 */
public record Millrace(String name, Path script, List<String> settings) implements Contestant {
    /** Copies the settings. */
    public Millrace {
        settings = List.copyOf(settings);
    }

    /** The same build under another name with one more setting. */
    public Millrace with(String other, String setting) {
        List<String> more = new ArrayList<>(settings);
        more.add(setting);
        return new Millrace(other, script, more);
    }

    @Override
    public List<String> command(String data, String port, Durability durability) {
        List<String> words = new ArrayList<>(List.of(script.toString(), "up", "--data", data));
        words.addAll(List.of("--only", "kv"));
        set(words, "kv.resp.port=" + port);
        set(words, "admin.http.port=0");
        set(words, "kv.sync=" + (durability == Durability.ALWAYS ? "always" : "everysec"));
        settings.forEach(setting -> set(words, setting));
        return List.copyOf(words);
    }

    /** The command line that makes a data directory of a dump file. */
    public List<String> importing(String file, String data) {
        return List.of(script.toString(), "import", file, "--data", data);
    }

    @Override
    public String template(Durability durability) {
        return Contestant.super.template(durability).replace(script.toString(), "./millrace");
    }

    private static void set(List<String> words, String setting) {
        words.add("--set");
        words.add(setting);
    }
}
