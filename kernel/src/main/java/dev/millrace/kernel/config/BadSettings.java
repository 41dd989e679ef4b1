package dev.millrace.kernel.config;

import java.util.List;
import java.util.stream.Collectors;

/** The configuration is wrong; nothing starts. The message has one line per complaint. */
public final class BadSettings extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<Complaint> complaints;

    BadSettings(List<Complaint> complaints) {
        super(complaints.stream().map(Complaint::toString).collect(Collectors.joining("\n")));
        this.complaints = List.copyOf(complaints);
    }

    /** One bad thing that only the room itself could see, for example two settings at odds. */
    public static BadSettings of(Setting<?> setting, String given, String expected) {
        return new BadSettings(List.of(new Complaint("settings", setting.key(), given, expected)));
    }

    /** Everything that is wrong, in the order it was met. */
    public List<Complaint> complaints() {
        return complaints;
    }
}
