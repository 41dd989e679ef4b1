package dev.millrace.app;

import java.io.IOException;
import java.util.List;

/** One thing that can be asked for on the command line. All of it is in the implementing class. */
interface Command {
    /** The first argument. */
    String name();

    /** One line for the list of commands; none for a command that users have no use for. */
    String doc();

    /** What may follow the name. */
    List<Option> options();

    /** What must follow the name, in this order, each once and without a name of its own. */
    default List<Option> operands() {
        return List.of();
    }

    /** Does it; a return is a success. */
    void run(Arguments arguments) throws Failed, IOException, InterruptedException;
}
