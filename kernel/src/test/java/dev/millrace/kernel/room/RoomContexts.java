package dev.millrace.kernel.room;

import dev.millrace.kernel.admin.AdminRoutes;
import dev.millrace.kernel.admin.Health;
import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.config.Setting;
import dev.millrace.kernel.config.Settings;
import dev.millrace.kernel.config.Settings.Sources;
import dev.millrace.kernel.guard.DenyList;
import dev.millrace.kernel.guard.Guard;
import dev.millrace.kernel.log.Log;
import dev.millrace.kernel.metrics.Metrics;
import dev.millrace.kernel.net.Network;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A context for the tests of one room: real sockets, a silent log. Close its network. */
public final class RoomContexts {
    private RoomContexts() {}

    /** For one room, with settings as {@code --set} takes them. */
    public static RoomContext of(Room room, Path data, String... assignments) throws BadSettings {
        List<Setting<?>> all = new ArrayList<>(room.settings());
        all.addAll(Network.settings());
        all.addAll(Guard.settings());
        Settings settings = Settings.read(all, Sources.of(assignments));
        Guard guard = new Guard(settings, new DenyList(System::nanoTime));
        return new RoomContext(
                settings,
                Log.silent(),
                new Network(settings, guard),
                guard,
                new Metrics(),
                new Health(),
                new AdminRoutes(),
                FailStop.halting(Log.silent()),
                data);
    }
}
