package dev.millrace.bench.server;

import java.util.ArrayList;
import java.util.List;

/**
 * Redis as the distribution packages it, with no configuration file: only what durability asks for
 * is set.
 */
public record Redis(String name) implements Contestant {
    @Override
    public List<String> command(String data, String port, Durability durability) {
        List<String> words = new ArrayList<>(List.of("redis-server", "--port", port));
        words.addAll(List.of("--bind", "127.0.0.1", "--dir", data, "--save", ""));
        words.addAll(
                switch (durability) {
                    case EVERYSEC -> List.of("--appendonly", "yes", "--appendfsync", "everysec");
                    case ALWAYS -> List.of("--appendonly", "yes", "--appendfsync", "always");
                    case CHECKPOINT -> List.of("--appendonly", "no");
                });
        return List.copyOf(words);
    }

    @Override
    public String template(Durability durability) {
        return Contestant.super.template(durability).replace("--save  ", "--save '' ");
    }
}
