package dev.millrace.kernel.room;

import dev.millrace.kernel.admin.AdminRoutes;
import dev.millrace.kernel.admin.Health;
import dev.millrace.kernel.config.Setting;
import dev.millrace.kernel.config.Settings;
import dev.millrace.kernel.guard.Guard;
import dev.millrace.kernel.log.Log;
import dev.millrace.kernel.metrics.Metrics;
import dev.millrace.kernel.net.Network;

import java.nio.file.Path;

/**
 * What the kernel lends to one room while it runs. The room closes none of it.
 *
 * @param settings of the whole process
 * @param log writes in the room's name
 * @param network the only way to a socket
 * @param guard in front of every listener; its deny list and limits are open to rooms
 * @param metrics where the room declares what it counts
 * @param health where the room says that it is not ready, and why
 * @param routes where the room adds what an operator may ask of it
 * @param failStop for a room whose state is no longer what its log says
 * @param data the data directory; this process owns it
 */
public record RoomContext(
        Settings settings,
        Log log,
        Network network,
        Guard guard,
        Metrics metrics,
        Health health,
        AdminRoutes routes,
        FailStop failStop,
        Path data) {
    /** The value of a setting. */
    public <T> T get(Setting<T> setting) {
        return settings.get(setting);
    }

    /** The same in the name of another room. */
    public RoomContext in(Room room) {
        return new RoomContext(
                settings,
                log.in(room.name()),
                network,
                guard,
                metrics,
                health,
                routes,
                failStop,
                data);
    }
}
