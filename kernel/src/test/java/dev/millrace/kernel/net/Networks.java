package dev.millrace.kernel.net;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.config.Setting;
import dev.millrace.kernel.config.Settings;
import dev.millrace.kernel.config.Settings.Sources;
import dev.millrace.kernel.guard.DenyList;
import dev.millrace.kernel.guard.Guard;

import java.util.ArrayList;
import java.util.List;

/** Networks for tests: a free port, and whatever else the test assigns. */
public final class Networks {
    /** A port that is free unless assigned. */
    public static final Setting<Integer> PORT = Setting.port("test.port", 0, "a free one");

    /** A socket's path. */
    public static final Setting<String> PATH = Setting.text("test.path", "", "a socket");

    private Networks() {}

    /** The settings of a network, a guard and this class. */
    public static Settings settings(String... assignments) throws BadSettings {
        List<Setting<?>> all = new ArrayList<>(List.of(PORT, PATH));
        all.addAll(Network.settings());
        all.addAll(Guard.settings());
        return Settings.read(all, Sources.of(assignments));
    }

    /** A guard with those settings. */
    public static Guard guard(Settings settings) {
        return new Guard(settings, new DenyList(System::nanoTime));
    }
}
