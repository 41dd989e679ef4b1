package dev.millrace.events.api;

import dev.millrace.events.group.Group;
import dev.millrace.events.wire.MalformedMessage;
import dev.millrace.events.wire.MessageReader;

/** The stream, or all, and the group's name, gathered from the options of a request. */
final class GroupName {
    private String stream = "";
    private String name = "";
    private boolean hasSource;
    private boolean byName;

    void stream(MessageReader in) {
        hasSource = true;
        byName = true;
        stream = ReadRequest.streamName(in);
    }

    void all() {
        hasSource = true;
        byName = false;
        stream = Group.ALL;
    }

    void name(String text) {
        name = text;
    }

    /** True if the stream was named as streams are; {@code $all} has a field of its own. */
    boolean isByName() {
        return byName;
    }

    Group.Key whole() {
        if (!hasSource) {
            throw new MalformedMessage("a group of neither a stream nor $all");
        }
        return new Group.Key(stream, name);
    }
}
