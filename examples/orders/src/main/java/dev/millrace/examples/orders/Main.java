package dev.millrace.examples.orders;

import java.nio.file.Path;

/** Starts the service: CONNECTION-STRING DATABASE PORT. */
public final class Main {
    private Main() {}

    /** Serves until the process is ended. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 3) {
            System.err.println("orders: expected: CONNECTION-STRING DATABASE PORT");
            System.exit(64);
        }
        Service service =
                new Service(arguments[0], Path.of(arguments[1]), Integer.parseInt(arguments[2]));
        System.out.println("http://127.0.0.1:" + service.port() + "/orders");
    }
}
