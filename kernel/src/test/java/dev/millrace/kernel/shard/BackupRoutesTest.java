package dev.millrace.kernel.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.admin.AdminReply;
import dev.millrace.kernel.admin.AdminRequest;
import dev.millrace.kernel.admin.Health;
import dev.millrace.kernel.journal.SyncPolicy;
import dev.millrace.kernel.room.RoomContext;
import dev.millrace.kernel.room.RoomContexts;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

class BackupRoutesTest {
    @TempDir Path folder;

    private final Notebook notebook = new Notebook();
    private final ShardRoom room = new ShardRoom();

    private AdminReply order(RoomContext context, Path target) throws Exception {
        return context.routes()
                .find("POST", "/backup")
                .orElseThrow()
                .answer()
                .to(new AdminRequest("/backup", Map.of("dir", List.of(target.toString())), ""));
    }

    @Test
    void a_backup_is_refused_until_the_rooms_serve() throws Exception {
        room.add(settings -> notebook, settings -> SyncPolicy.OS);
        RoomContext context = RoomContexts.of(room, folder.resolve("data"));
        room.start(context);
        try {
            context.health().unready(Health.NODE, "starting");
            Path target = folder.resolve("backup");
            AdminReply refused = order(context, target);
            assertEquals(503, refused.status(), refused.body());
            assertTrue(refused.body().contains("is starting"), refused.body());
            context.health().ready(Health.NODE);
            AdminReply made = order(context, target);
            assertEquals(200, made.status(), made.body());
            assertTrue(Files.exists(target.resolve(BackupNote.FILE)));
        } finally {
            room.stop();
            context.network().close();
        }
    }
}
