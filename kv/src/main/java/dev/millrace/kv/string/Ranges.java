package dev.millrace.kv.string;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.command.Refusal;

import java.util.List;

/** APPEND, GETRANGE, SUBSTR, SETRANGE: parts of strings. */
public final class Ranges {
    private static final String GETRANGE_COMPLEXITY =
            "O(N) where N is the length of the returned string. The complexity is ultimately"
                    + " determined by the returned length, but because creating a substring from an"
                    + " existing string is very cheap, it can be considered O(1) for small strings.";

    private Ranges() {}

    private static Command.Builder range(String name, String since, int arity) {
        return Command.named(name)
                .since(since)
                .group("string")
                .arity(arity)
                .keys(Keys.one())
                .categories("string");
    }

    public static List<Command> all() {
        return List.of(
                range("append", "2.0.0", 3)
                        .summary("Append a value to a key")
                        .complexity(
                                "O(1). The amortized time complexity is O(1) assuming the appended"
                                        + " value is small and the already present value is of any"
                                        + " size, since the dynamic string library used by Redis will"
                                        + " double the free space available on every reallocation.")
                        .flags(Flag.WRITE, Flag.DENYOOM, Flag.FAST)
                        .access(KeyAccess.of("RW", "insert"))
                        .does(Ranges::append),
                range("getrange", "2.4.0", 4)
                        .summary("Get a substring of the string stored at a key")
                        .complexity(GETRANGE_COMPLEXITY)
                        .flags(Flag.READONLY)
                        .does(Ranges::getRange),
                range("substr", "1.0.0", 4)
                        .deprecated("2.0.0", "`GETRANGE`")
                        .summary("Get a substring of the string stored at a key")
                        .complexity(GETRANGE_COMPLEXITY)
                        .flags(Flag.READONLY)
                        .does(Ranges::getRange),
                range("setrange", "2.2.0", 4)
                        .summary(
                                "Overwrite part of a string at key starting at the specified offset")
                        .complexity(
                                "O(1), not counting the time taken to copy the new string in place."
                                        + " Usually, this string is very small so the amortized"
                                        + " complexity is O(1). Otherwise, complexity is O(M) with M"
                                        + " being the length of the value argument.")
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .does(Ranges::setRange));
    }

    private static void append(Call call) {
        Key key = call.write(1).requireString();
        if (key.exists()) {
            int length = key.valueLength();
            StringLimit.require(call, length, call.length(2));
            call.effects().setRange(key, length, call.address(2), call.length(2));
        } else {
            call.effects().putString(key, call.address(2), call.length(2), 0);
        }
        call.notify(Notification.STRING, "append", key);
        call.reply().integer(key.valueLength());
    }

    private static void getRange(Call call) {
        long start = call.integer(2);
        long end = call.integer(3);
        Key key = call.read(1).requireString();
        int length = key.valueLength();
        boolean isEmpty = start < 0 && end < 0 && start > end;
        start = Math.max(start < 0 ? length + start : start, 0);
        end = Math.max(end < 0 ? length + end : end, 0);
        end = Math.min(end, length - 1L);
        if (isEmpty || start > end) {
            call.reply().bulk("");
        } else {
            call.reply().bulk(key.value() + start, (int) (end - start + 1));
        }
    }

    private static void setRange(Call call) {
        long offset = call.integer(2);
        if (offset < 0) {
            throw new Refusal("ERR offset is out of range");
        }
        Key key = call.write(1).requireString();
        int length = call.length(3);
        if (length > 0) {
            StringLimit.require(call, length, offset);
            call.effects().setRange(key, (int) offset, call.address(3), length);
            call.notify(Notification.STRING, "setrange", key);
        }
        call.reply().integer(key.valueLength());
    }
}
