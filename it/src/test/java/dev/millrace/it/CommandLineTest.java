package dev.millrace.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

class CommandLineTest {
    @TempDir Path folder;

    @Test
    void the_packaged_product_knows_its_version() throws Exception {
        Product.Run run = Product.run("version");
        assertEquals(0, run.exit(), run.out());
        assertTrue(run.out().startsWith("millrace 0."), run.out());
    }

    @Test
    void an_unknown_command_is_bad_usage() throws Exception {
        assertEquals(64, Product.run("upp").exit());
    }

    @Test
    void a_typo_in_a_setting_is_bad_configuration_with_a_suggestion() throws Exception {
        Product.Run run =
                Product.run("up", "--data", folder.toString(), "--set", "admin.htpp.port=0");
        assertEquals(78, run.exit());
        assertTrue(run.out().contains("perhaps admin.http.port"), run.out());
    }
}
