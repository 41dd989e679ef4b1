package dev.millrace.kv.info;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** INFO: the sections that are asked for. */
public final class Info {
    private Info() {}

    public static List<Command> all() {
        return List.of(
                Command.named("info")
                        .since("1.0.0")
                        .group("server")
                        .complexity("O(1)")
                        .summary("Get information and statistics about the server")
                        .arity(-1)
                        .flags(Flag.LOADING, Flag.STALE)
                        .categories("dangerous")
                        .tips(
                                "nondeterministic_output",
                                "request_policy:all_shards",
                                "response_policy:special")
                        .does(Info::info));
    }

    private static void info(Call call) {
        Set<Section> wanted = call.count() == 1 ? usual() : EnumSet.noneOf(Section.class);
        for (int i = 1; i < call.count(); i++) {
            wanted.addAll(named(call.text(i).toLowerCase(Locale.ROOT)));
        }
        Lines lines = new Lines();
        wanted.forEach(section -> section.write(call.server(), lines));
        call.reply().verbatim(lines.toString());
    }

    private static Set<Section> usual() {
        Set<Section> usual = EnumSet.allOf(Section.class);
        usual.removeIf(section -> !section.isUsual());
        return usual;
    }

    /** What a word asks for; nothing if nobody knows it. */
    private static Set<Section> named(String word) {
        return switch (word) {
            case "default" -> usual();
            case "all", "everything" -> EnumSet.allOf(Section.class);
            default -> {
                Set<Section> one = EnumSet.allOf(Section.class);
                one.removeIf(section -> !section.word().equals(word));
                yield one;
            }
        };
    }
}
