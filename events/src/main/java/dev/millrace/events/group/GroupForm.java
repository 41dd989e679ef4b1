package dev.millrace.events.group;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

import dev.millrace.events.read.Filter;
import dev.millrace.kernel.journal.EffectReader;
import dev.millrace.kernel.memory.NativeBuffer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A group as effects and checkpoints have it. Numbers are varints, places one more than they are;
 * {@code bytes} are a varint length and so many bytes.
 *
 * <pre>
 * number | stream bytes | name bytes | start from | from | flags u8 (1: links are resolved, 2: extra statistics) | strategy u8
 * | message timeout ms | checkpoint after ms | min, max checkpoint count | max retry count | max subscriber count
 * | live buffer, read batch, history buffer size | filter
 * filter: kind u8 (0: none, 1: prefixes, 2: an expression) | for 1 and 2: by type u8 | count | bytes x count
 * </pre>
 */
public final class GroupForm {
    private static final int LINKS = 1;
    private static final int STATISTICS = 2;
    private static final int EVERYTHING = 0;
    private static final int PREFIXES = 1;
    private static final int EXPRESSION = 2;

    /** What all its numbers take, at most. */
    private static final int NUMBERS_BYTES = 256;

    private GroupForm() {}

    /** How many bytes it takes, at most. */
    public static long bytesMax(Group group) {
        long bytes = NUMBERS_BYTES;
        bytes += utf8(group.key().stream()).length;
        bytes += utf8(group.key().name()).length;
        for (byte[] each : texts(group.settings().filter())) {
            bytes += Integer.BYTES + each.length;
        }
        return bytes;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Writes a group, without its checkpoint and what is replayed. */
    public static void put(NativeBuffer out, Group group) {
        GroupSettings settings = group.settings();
        out.putVarint(group.number());
        putBytes(out, utf8(group.key().stream()));
        putBytes(out, utf8(group.key().name()));
        out.putVarint(settings.startFrom() + 1);
        out.putVarint(group.from() + 1);
        out.putByte(
                (settings.resolveLinks() ? LINKS : 0)
                        | (settings.extraStatistics() ? STATISTICS : 0));
        out.putByte(settings.strategy().code());
        out.putVarint(settings.messageTimeoutMillis());
        out.putVarint(settings.checkpointAfterMillis());
        out.putVarint(settings.minCheckpointCount());
        out.putVarint(settings.maxCheckpointCount());
        out.putVarint(settings.maxRetryCount());
        out.putVarint(settings.maxSubscriberCount());
        out.putVarint(settings.liveBufferSize());
        out.putVarint(settings.readBatchSize());
        out.putVarint(settings.historyBufferSize());
        put(out, settings.filter());
    }

    private static void putBytes(NativeBuffer out, byte[] bytes) {
        out.putVarint(bytes.length);
        out.put(bytes);
    }

    private static void put(NativeBuffer out, Filter filter) {
        switch (filter) {
            case Filter.Everything _ -> {
                out.putByte(EVERYTHING);
                return;
            }
            case Filter.Prefixes prefixes -> {
                out.putByte(PREFIXES);
                out.putByte(prefixes.byType() ? 1 : 0);
            }
            case Filter.Expression expression -> {
                out.putByte(EXPRESSION);
                out.putByte(expression.byType() ? 1 : 0);
            }
        }
        List<byte[]> texts = texts(filter);
        out.putVarint(texts.size());
        texts.forEach(text -> putBytes(out, text));
    }

    private static List<byte[]> texts(Filter filter) {
        return switch (filter) {
            case Filter.Everything _ -> List.of();
            case Filter.Prefixes prefixes -> prefixes.prefixes();
            case Filter.Expression expression -> List.of(utf8(expression.pattern().pattern()));
        };
    }

    /** Reads what {@link #put} has written. */
    public static Group read(EffectReader in) {
        int number = number(in);
        Group.Key key = new Group.Key(text(in), text(in));
        long startFrom = in.varint() - 1;
        long from = in.varint() - 1;
        int flags = in.unsignedByte();
        ConsumerStrategy strategy = strategy(in);
        GroupSettings settings =
                new GroupSettings(
                        startFrom,
                        (flags & LINKS) != 0,
                        (flags & STATISTICS) != 0,
                        number(in),
                        number(in),
                        number(in),
                        number(in),
                        number(in),
                        number(in),
                        number(in),
                        number(in),
                        number(in),
                        strategy,
                        filter(in));
        return new Group(number, key, settings, from, Group.NONE, 0);
    }

    private static int number(EffectReader in) {
        long number = in.varint();
        if (number > Integer.MAX_VALUE) {
            throw in.damaged("a group's " + number);
        }
        return (int) number;
    }

    private static String text(EffectReader in) {
        return new String(in.bytes(), StandardCharsets.UTF_8);
    }

    private static ConsumerStrategy strategy(EffectReader in) {
        int code = in.unsignedByte();
        return ConsumerStrategy.of(code)
                .orElseThrow(() -> in.damaged("a group's strategy " + code));
    }

    private static Filter filter(EffectReader in) {
        int kind = in.unsignedByte();
        if (kind == EVERYTHING) {
            return Filter.Everything.ALL;
        }
        boolean byType = in.unsignedByte() != 0;
        List<byte[]> texts = new ArrayList<>();
        for (long left = in.varint(); left > 0; left--) {
            texts.add(in.bytes());
        }
        if (kind == PREFIXES) {
            return new Filter.Prefixes(byType, List.copyOf(texts));
        }
        if (kind == EXPRESSION && texts.size() == 1) {
            return new Filter.Expression(byType, pattern(in, texts.getFirst()));
        }
        throw in.damaged("a group's filter " + kind + " of " + texts.size());
    }

    private static Pattern pattern(EffectReader in, byte[] utf8) {
        String text = new String(utf8, StandardCharsets.UTF_8);
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException malformed) {
            throw in.damaged("a group's expression " + text);
        }
    }

    /** Writes a group whole. */
    public static void putWhole(NativeBuffer out, Group group) {
        put(out, group);
        out.putVarint(group.checkpoint() + 1);
        out.putVarint(group.replayUntil());
    }

    /** Reads what {@link #putWhole} has written. */
    public static Group readWhole(EffectReader in) {
        return read(in).withCheckpoint(in.varint() - 1).withReplayUntil(in.varint());
    }
}
