package dev.millrace.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CommandLineTest {
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
}
