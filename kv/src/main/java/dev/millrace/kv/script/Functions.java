package dev.millrace.kv.script;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Help;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.glob.GlobPattern;
import dev.millrace.kv.lua.RegisteredFunction;
import dev.millrace.kv.rdb.LibraryDump;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.script.Invocations.Invocation;
import dev.millrace.kv.script.Libraries.Loaded;
import dev.millrace.kv.script.Libraries.Policy;
import dev.millrace.kv.session.RunningScript;
import dev.millrace.kv.store.ServerState;
import dev.millrace.kv.store.ServerState.Library;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** FCALL and FUNCTION. */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class Functions {
    private static final Refusal BAD_KEYS = new Refusal("ERR Bad number of keys provided");
    private static final int EFFECT_BYTES = 64;

    private static final String HELP =
            """
            LOAD [REPLACE] <FUNCTION CODE>
                Create a new library with the given library name and code.
            DELETE <LIBRARY NAME>
                Delete the given library.
            LIST [LIBRARYNAME PATTERN] [WITHCODE]
                Return general information on all the libraries:
                * Library name
                * The engine used to run the Library
                * Library description
                * Functions list
                * Library code (if WITHCODE is given)
                It also possible to get only function that matches a pattern using LIBRARYNAME argument.
            STATS
                Return information about the current function running:
                * Function name
                * Command used to run the function
                * Duration in MS that the function is running
                If no function is running, return nil
                In addition, returns a list of available engines.
            KILL
                Kill the current running function.
            FLUSH [ASYNC|SYNC]
                Delete all the libraries.
                When called without the optional mode argument, the behavior is determined by the
                lazyfree-lazy-user-flush configuration directive. Valid modes are:
                * ASYNC: Asynchronously flush the libraries.
                * SYNC: Synchronously flush the libraries.
            DUMP
                Return a serialized payload representing the current libraries, can be restored using FUNCTION RESTORE command
            RESTORE <PAYLOAD> [FLUSH|APPEND|REPLACE]
                Restore the libraries represented by the given payload, it is possible to give a restore policy to
                control how to handle existing libraries (default APPEND):
                * FLUSH: delete all existing libraries.
                * APPEND: appends the restored libraries to the existing libraries. On collision, abort.
                * REPLACE: appends the restored libraries to the existing libraries, On collision, replace the old
                  libraries with the new libraries (notice that even on this option there is a chance of failure
                  in case of functions name collision with another library).
            """;

    private Functions() {}

    public static List<Command> all() {
        return List.of(
                Scripts.writing("fcall", "7.0.0")
                        .complexity("Depends on the function that is executed.")
                        .summary("Invoke a function")
                        .does(call -> call(call, false)),
                Scripts.reading("fcall_ro", "7.0.0")
                        .complexity("Depends on the function that is executed.")
                        .summary("Invoke a read-only function")
                        .does(call -> call(call, true)),
                function());
    }

    private static Command.Builder subcommand(String name, int arity) {
        return Command.named(name)
                .since("7.0.0")
                .group("scripting")
                .arity(arity)
                .flags(Flag.NOSCRIPT)
                .categories("scripting")
                .locks(Command.Locks.ALL);
    }

    private static Command.Builder changing(String name, int arity) {
        return subcommand(name, arity)
                .flags(Flag.WRITE)
                .tips("request_policy:all_shards", "response_policy:all_succeeded")
                .cost(request -> request.bytes() + (long) EFFECT_BYTES * request.count());
    }

    private static Command function() {
        return Command.named("function")
                .since("7.0.0")
                .group("scripting")
                .complexity("Depends on subcommand.")
                .summary("A container for function commands")
                .arity(-2)
                .contains(
                        changing("delete", 3)
                                .complexity("O(1)")
                                .summary("Delete a function by name")
                                .does(Functions::delete),
                        subcommand("dump", 2)
                                .complexity("O(N) where N is the number of functions")
                                .summary("Dump all functions into a serialized binary payload")
                                .does(Functions::dump),
                        changing("flush", -2)
                                .complexity("O(N) where N is the number of functions deleted")
                                .summary("Deleting all functions")
                                .does(Functions::flush),
                        Help.declared("7.0.0", "scripting")
                                .categories("scripting")
                                .does(Help.answering("function", HELP)),
                        subcommand("kill", 2)
                                .complexity("O(1)")
                                .summary("Kill the function currently in execution.")
                                .flags(Flag.ALLOW_BUSY)
                                .tips("request_policy:all_shards", "response_policy:one_succeeded")
                                .locks(Command.Locks.KEYS)
                                .does(call -> Scripts.kill(call, true)),
                        subcommand("list", -2)
                                .complexity("O(N) where N is the number of functions")
                                .summary("List information about all the functions")
                                .tips("nondeterministic_output_order")
                                .does(Functions::list),
                        changing("load", -3)
                                .complexity("O(1) (considering compilation time is redundant)")
                                .summary(
                                        "Create a function with the given arguments (name, code,"
                                                + " description)")
                                .flags(Flag.DENYOOM)
                                .does(Functions::load),
                        changing("restore", -3)
                                .complexity(
                                        "O(N) where N is the number of functions on the payload")
                                .summary("Restore all the functions on the given payload")
                                .flags(Flag.DENYOOM)
                                .cost(Functions::restoreCost)
                                .does(Functions::restore),
                        subcommand("stats", 2)
                                .complexity("O(1)")
                                .summary(
                                        "Return information about the function currently running"
                                                + " (name, description, duration)")
                                .flags(Flag.ALLOW_BUSY)
                                .tips(
                                        "nondeterministic_output",
                                        "request_policy:all_shards",
                                        "response_policy:special")
                                .locks(Command.Locks.KEYS)
                                .does(Functions::stats));
    }

    /** Sources may be compressed in a dump, and come out to many times as much. */
    private static long restoreCost(Request request) {
        return request.bytes() * 4 + (1 << 20);
    }

    private static Libraries libraries(Call call) {
        return Engine.of(call.server()).libraries();
    }

    // ---- FCALL

    private static void call(Call call, boolean readOnly) {
        Invocations.showMonitors(call);
        String name = new String(call.bytes(1), StandardCharsets.ISO_8859_1);
        Libraries.Function function = libraries(call).function(name);
        if (function == null) {
            call.dependOnAll();
            throw new Refusal("ERR Function not found");
        }
        dependOn(call, function.library());
        int keys = Invocations.keys(call, BAD_KEYS);
        RegisteredFunction registered = function.registered();
        Invocations.run(
                call,
                new Invocation(
                        registered.reference(),
                        registered.name(),
                        true,
                        Optional.of(registered.flags()),
                        readOnly),
                keys);
    }

    /** Who sees what a function does sees that its library is there. */
    private static void dependOn(Call call, Library library) {
        if (call.lane().isStrict()) {
            NativeBuffer key = call.scratch();
            key.put(ServerState.keyOf(library.name()));
            call.dependOn(call.stripes().state().dependency(key));
        }
    }

    // ---- FUNCTION

    private static void load(Call call) {
        boolean replaces = false;
        int last = call.count() - 1;
        for (int i = 2; i < last; i++) {
            if (!call.is(i, "REPLACE")) {
                throw new Refusal("ERR Unknown option given: " + call.shown(i));
            }
            replaces = true;
        }
        Libraries libraries = libraries(call);
        call.dependOnAll(); // It may be refused for one that is there.
        Library library = libraries.prepare(call.bytes(last), replaces);
        call.effects().server().putLibrary(library);
        libraries.added();
        call.reply().bulk(library.name());
    }

    private static void delete(Call call) {
        String name = new String(call.bytes(2), StandardCharsets.ISO_8859_1);
        if (!libraries(call).has(name)) {
            call.dependOnAll();
            throw new Refusal("ERR Library not found");
        }
        call.effects().server().removeLibrary(name);
        libraries(call).refresh();
        call.reply().ok();
    }

    private static void flush(Call call) {
        if (call.count() > 3) {
            throw Help.wrongForm(call);
        }
        if (call.count() == 3 && !call.is(2, "SYNC") && !call.is(2, "ASYNC")) {
            throw new Refusal("ERR FUNCTION FLUSH only supports SYNC|ASYNC option");
        }
        call.effects().server().removeLibraries();
        libraries(call).refresh();
        call.reply().ok();
    }

    private static void dump(Call call) {
        call.dependOnAll();
        NativeBuffer out = call.scratch();
        LibraryDump.write(out, call.stripes().state().libraries());
        call.reply().bulk(out.address(), Math.toIntExact(out.length()));
    }

    private static void restore(Call call) {
        if (call.count() > 4) {
            throw Help.wrongForm(call);
        }
        Policy policy = call.count() == 4 ? policy(call) : Policy.APPEND;
        if (!LibraryDump.isWhole(call.address(2), call.length(2))) {
            throw new Refusal("ERR DUMP payload version or checksum are wrong");
        }
        List<byte[]> codes =
                LibraryDump.read(call.address(2), call.length(2))
                        .orElseThrow(() -> new Refusal("ERR given type is not a function"));
        call.dependOnAll();
        List<Library> restored = libraries(call).rehearse(codes, policy);
        if (policy == Policy.FLUSH) {
            call.effects().server().removeLibraries();
        }
        restored.forEach(call.effects().server()::putLibrary);
        libraries(call).refresh();
        call.reply().ok();
    }

    private static Policy policy(Call call) {
        if (call.is(3, "APPEND")) {
            return Policy.APPEND;
        } else if (call.is(3, "REPLACE")) {
            return Policy.REPLACE;
        } else if (call.is(3, "FLUSH")) {
            return Policy.FLUSH;
        }
        throw new Refusal(
                "ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.");
    }

    // ---- FUNCTION LIST, STATS

    private static void list(Call call) {
        boolean withCode = false;
        int pattern = 0;
        for (int i = 2; i < call.count(); i++) {
            if (!withCode && call.is(i, "WITHCODE")) {
                withCode = true;
            } else if (pattern == 0 && call.is(i, "LIBRARYNAME")) {
                if (i == call.count() - 1) {
                    throw new Refusal("ERR library name argument was not given");
                }
                pattern = ++i;
            } else {
                throw new Refusal("ERR Unknown argument " + call.shown(i));
            }
        }
        call.dependOnAll();
        int named = pattern;
        List<Loaded> found =
                libraries(call).all().stream()
                        .filter(one -> named == 0 || matches(call, named, one.library().name()))
                        .toList();
        call.reply().array(found.size());
        for (Loaded library : found) {
            answer(call, library, withCode);
        }
    }

    private static boolean matches(Call call, int pattern, String name) {
        NativeBuffer copy = call.scratch();
        copy.putUtf8(name);
        return GlobPattern.ofAnyCase(call.text(pattern))
                .matches(copy.address(), (int) copy.length());
    }

    private static void answer(Call call, Loaded library, boolean withCode) {
        call.reply().map(withCode ? 4 : 3);
        call.reply().bulk("library_name");
        call.reply().bulk(library.library().name());
        call.reply().bulk("engine");
        call.reply().bulk("LUA");
        call.reply().bulk("functions");
        call.reply().array(library.functions().size());
        library.functions().forEach(function -> answer(call, function));
        if (withCode) {
            call.reply().bulk("library_code");
            call.reply().bulk(library.library().code());
        }
    }

    private static void answer(Call call, RegisteredFunction function) {
        call.reply().map(3);
        call.reply().bulk("name");
        call.reply().bulk(function.name());
        call.reply().bulk("description");
        function.description()
                .ifPresentOrElse(
                        text -> call.reply().bulk(text.getBytes(StandardCharsets.ISO_8859_1)),
                        call.reply()::nullBulk);
        call.reply().bulk("flags");
        call.reply().set(function.flags().size());
        function.flags().forEach(flag -> call.reply().simple(flag.text()));
    }

    private static void stats(Call call) {
        RunningScript running = call.server().script();
        if (running != null && !running.isFunction()) {
            throw new Refusal(running.busyError());
        }
        call.reply().map(2);
        call.reply().bulk("running_script");
        if (running == null) {
            call.reply().nullBulk();
        } else {
            call.reply().map(3);
            call.reply().bulk("name");
            call.reply().bulk(running.name());
            call.reply().bulk("command");
            List<byte[]> command = running.command();
            call.reply().array(command.size());
            command.forEach(call.reply()::bulk);
            call.reply().bulk("duration_ms");
            call.reply().integer(running.millis());
        }
        Engine engine = Engine.of(call.server());
        call.reply().bulk("engines");
        call.reply().map(1);
        call.reply().bulk("LUA");
        call.reply().map(2);
        call.reply().bulk("libraries_count");
        call.reply().integer(engine.libraryCount());
        call.reply().bulk("functions_count");
        call.reply().integer(engine.functionCount());
    }
}
