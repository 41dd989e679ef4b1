package dev.millrace.kv.acl;

import dev.millrace.kv.acl.DenialLog.Entry;
import dev.millrace.kv.catalog.Categories;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Help;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.resp.Reply;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.Session;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** ACL: users are shown, made, changed and removed; what they were denied is told. */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class AccessCommands {
    private static final int BITS_USUAL = 256;
    private static final int BITS_MAX = 4096;
    private static final int BITS_PER_DIGIT = 4;
    private static final int LOG_ENTRIES_USUAL = 10;
    private static final double MILLIS_PER_SECOND = 1000;

    private static final Refusal BAD_BITS =
            new Refusal(
                    "ERR ACL GENPASS argument must be the number of bits for the output password,"
                            + " a positive number up to 4096");
    private static final Refusal BAD_NAME =
            new Refusal("ERR Usernames can't contain spaces or null characters");
    private static final Refusal NO_FILE =
            new Refusal(
                    "ERR This Redis instance is not configured to use an ACL file. You may want to"
                            + " specify users via the ACL SETUSER command and then issue a CONFIG"
                            + " REWRITE (assuming you have a Redis configuration file set) in order"
                            + " to store users in the Redis configuration.");
    private static final Refusal NOT_SAVED =
            new Refusal(
                    "ERR There was an error trying to save the ACLs. Please check the server logs"
                            + " for more information");
    private static final Refusal NOT_IN_TRANSACTION =
            new Refusal("ERR the ACL file is not read or written inside a transaction");

    private static final String HELP =
            """
            CAT [<category>]
                List all commands that belong to <category>, or all command categories
                when no category is specified.
            DELUSER <username> [<username> ...]
                Delete a list of users.
            DRYRUN <username> <command> [<arg> ...]
                Returns whether the user can execute the given command without executing the command.
            GETUSER <username>
                Get the user's details.
            GENPASS [<bits>]
                Generate a secure 256-bit user password. The optional `bits` argument can
                be used to specify a different size.
            LIST
                Show users details in config file format.
            LOAD
                Reload users from the ACL file.
            LOG [<count> | RESET]
                Show the ACL log entries.
            SAVE
                Save the current config to the ACL file.
            SETUSER <username> <attribute> [<attribute> ...]
                Create or modify a user with the specified attributes.
            USERS
                List all the registered usernames.
            WHOAMI
                Return the current connection username.
            """;

    private AccessCommands() {}

    // ---- Declarations

    private static Command.Builder open(String name, int arity) {
        return Command.named(name)
                .since("6.0.0")
                .group("server")
                .complexity("O(1)")
                .arity(arity)
                .flags(Flag.NOSCRIPT, Flag.LOADING, Flag.STALE);
    }

    private static Command.Builder admin(String name, int arity) {
        return open(name, arity).flags(Flag.ADMIN);
    }

    public static List<Command> all() {
        List<Command> subcommands = new ArrayList<>(anybodys());
        subcommands.addAll(ofUsers());
        subcommands.addAll(ofLists());
        return List.of(
                Command.named("acl")
                        .since("6.0.0")
                        .group("server")
                        .complexity("Depends on subcommand.")
                        .summary("A container for Access List Control commands ")
                        .arity(-2)
                        .contains(subcommands.toArray(new Command[0])));
    }

    private static List<Command> anybodys() {
        return List.of(
                open("cat", -2)
                        .complexity("O(1) since the categories and commands are a fixed set.")
                        .summary("List the ACL categories or the commands inside a category")
                        .does(AccessCommands::categories),
                open("genpass", -2)
                        .summary("Generate a pseudorandom secure password to use for ACL users")
                        .does(AccessCommands::password),
                Help.declared("6.0.0", "server").does(Help.answering("acl", HELP)),
                open("whoami", 2)
                        .summary("Return the name of the user associated to the current connection")
                        .does(call -> call.reply().bulk(call.session().user().nameBytes())));
    }

    private static List<Command> ofUsers() {
        return List.of(
                admin("deluser", -3)
                        .complexity("O(1) amortized time considering the typical user.")
                        .summary("Remove the specified ACL users and the associated rules")
                        .does(AccessCommands::deleteUser),
                admin("dryrun", -4)
                        .since("7.0.0")
                        .complexity("O(1).")
                        .summary(
                                "Returns whether the user can execute the given command without"
                                        + " executing the command.")
                        .does(AccessCommands::dryRun),
                admin("getuser", 3)
                        .complexity(
                                "O(N). Where N is the number of password, command and pattern"
                                        + " rules that the user has.")
                        .summary("Get the rules for a specific ACL user")
                        .does(AccessCommands::user),
                admin("setuser", -3)
                        .complexity("O(N). Where N is the number of rules provided.")
                        .summary("Modify or create the rules for a specific ACL user")
                        .does(AccessCommands::setUser));
    }

    private static List<Command> ofLists() {
        return List.of(
                admin("list", 2)
                        .complexity("O(N). Where N is the number of configured users.")
                        .summary("List the current ACL rules in ACL config file format")
                        .does(AccessCommands::list),
                admin("load", 2)
                        .complexity("O(N). Where N is the number of configured users.")
                        .summary("Reload the ACLs from the configured ACL file")
                        .does(AccessCommands::load),
                admin("log", -2)
                        .complexity("O(N) with N being the number of entries shown.")
                        .summary("List latest events denied because of ACLs in place")
                        .does(AccessCommands::log),
                admin("save", 2)
                        .complexity("O(N). Where N is the number of configured users.")
                        .summary("Save the current ACL rules in the configured ACL file")
                        .does(AccessCommands::save),
                admin("users", 2)
                        .complexity("O(N). Where N is the number of configured users.")
                        .summary("List the username of all the configured ACL rules")
                        .does(AccessCommands::users));
    }

    private static Users registry(Call call) {
        return Users.of(call.server());
    }

    private static void bulk(Reply reply, String bytes) {
        reply.bulk(Names.bytes(bytes));
    }

    // ---- What anybody may ask

    private static void categories(Call call) {
        if (call.count() > 3) {
            throw Help.wrongForm(call);
        }
        if (call.count() == 2) {
            call.reply().array(Categories.ALL.size());
            Categories.ALL.forEach(call.reply()::bulk);
            return;
        }
        String category = call.text(2).toLowerCase(Locale.ROOT);
        if (!Categories.ALL.contains(category)) {
            throw new Refusal("ERR Unknown category '" + call.shown(2) + "'");
        }
        List<Command> members = registry(call).vocabulary().members(category);
        call.reply().array(members.size());
        members.forEach(command -> call.reply().bulk(command.fullName()));
    }

    private static void password(Call call) {
        if (call.count() > 3) {
            throw Help.wrongForm(call);
        }
        long bits = call.count() == 3 ? call.integer(2) : BITS_USUAL;
        if (bits <= 0 || bits > BITS_MAX) {
            throw BAD_BITS;
        }
        int digits = (int) ((bits + BITS_PER_DIGIT - 1) / BITS_PER_DIGIT);
        byte[] random = new byte[(digits + 1) / 2];
        new SecureRandom().nextBytes(random);
        call.reply().bulk(HexFormat.of().formatHex(random).substring(0, digits));
    }

    // ---- Users

    private static void setUser(Call call) {
        List<String> words = new ArrayList<>();
        for (int i = 2; i < call.count(); i++) {
            call.redact(i);
            words.add(Names.of(call.bytes(i)));
        }
        String name = words.removeFirst();
        if (Words.haveSpaces(name)) {
            throw BAD_NAME;
        }
        registry(call).set(name, words);
        call.reply().ok();
    }

    private static void deleteUser(Call call) {
        List<String> names = new ArrayList<>();
        for (int i = 2; i < call.count(); i++) {
            names.add(Names.of(call.bytes(i)));
        }
        call.reply().integer(registry(call).delete(names));
    }

    private static void user(Call call) {
        User user = registry(call).named(Names.of(call.bytes(2)));
        Reply reply = call.reply();
        if (user == null) {
            reply.nullBulk();
            return;
        }
        Rights rights = user.rights();
        reply.map(6);
        reply.bulk("flags");
        reply.set(rights.flags().size());
        rights.flags().forEach(reply::bulk);
        reply.bulk("passwords");
        reply.array(rights.passwords().size());
        rights.passwords().forEach(reply::bulk);
        selector(reply, rights.own());
        reply.bulk("selectors");
        reply.array(rights.others().size());
        for (Selector other : rights.others()) {
            reply.map(3);
            selector(reply, other);
        }
    }

    private static void selector(Reply reply, Selector selector) {
        reply.bulk("commands");
        bulk(reply, selector.commandsText());
        reply.bulk("keys");
        bulk(reply, selector.keysText());
        reply.bulk("channels");
        bulk(reply, selector.channelsText());
    }

    private static void dryRun(Call call) {
        User user = registry(call).named(Names.of(call.bytes(2)));
        if (user == null) {
            throw new Refusal("ERR User '" + call.text(2) + "' not found");
        }
        Request request = call.request().from(3);
        Command command = command(registry(call).vocabulary(), request);
        if (command == null) {
            throw new Refusal("ERR Command '" + call.text(3) + "' not found");
        }
        if (!command.acceptsCount(request.count())) {
            throw new Refusal(
                    "ERR wrong number of arguments for '" + command.fullName() + "' command");
        }
        Denial denial = user.denies(command, request);
        if (denial == null) {
            call.reply().ok();
            return;
        }
        String what =
                switch (denial.reason()) {
                    case COMMAND, AUTH -> "run the '" + command.fullName() + "' command";
                    case KEY -> "access the '" + named(request, denial) + "' key";
                    case CHANNEL -> "access the '" + named(request, denial) + "' channel";
                };
        bulk(call.reply(), "This user has no permissions to " + what);
    }

    private static String named(Request request, Denial denial) {
        return Names.of(request.bytes(denial.argument()));
    }

    private static @Nullable Command command(Vocabulary vocabulary, Request request) {
        if (request.text(0).indexOf('|') >= 0) {
            return null; // Rules name subcommands so, requests do not.
        }
        Command command = vocabulary.find(request.text(0));
        boolean contains = command != null && !command.subcommands().isEmpty();
        return contains && request.count() > 1
                ? vocabulary.find(request.text(0) + "|" + request.text(1))
                : command;
    }

    // ---- Lists

    private static void list(Call call) {
        List<User> users = registry(call).all();
        call.reply().array(users.size());
        users.forEach(user -> bulk(call.reply(), UsersFile.line(user)));
    }

    private static void users(Call call) {
        List<User> users = registry(call).all();
        call.reply().array(users.size());
        users.forEach(user -> call.reply().bulk(user.nameBytes()));
    }

    private static void log(Call call) {
        if (call.count() > 3) {
            throw Help.wrongForm(call);
        }
        DenialLog log = registry(call).log();
        if (call.count() == 3 && call.is(2, "RESET")) {
            log.clear();
            call.reply().ok();
            return;
        }
        long count = call.count() == 3 ? call.integer(2) : LOG_ENTRIES_USUAL;
        List<Entry> entries = log.newest(count);
        call.reply().array(entries.size());
        entries.forEach(entry -> entry(call.reply(), entry, call.nowMillis()));
    }

    private static void entry(Reply reply, Entry entry, long nowMillis) {
        reply.map(7);
        reply.bulk("count");
        reply.integer(entry.count());
        field(reply, "reason", entry.reason().word());
        field(reply, "context", entry.context().name().toLowerCase(Locale.ROOT));
        field(reply, "object", entry.object());
        field(reply, "username", entry.user());
        reply.bulk("age-seconds");
        reply.number((nowMillis - entry.atMillis()) / MILLIS_PER_SECOND);
        reply.bulk("client-info");
        reply.bulk(entry.client());
    }

    private static void field(Reply reply, String name, String bytes) {
        reply.bulk(name);
        bulk(reply, bytes);
    }

    // ---- The file

    private static UsersFile file(Call call) {
        String path = registry(call).file();
        if (path.isEmpty()) {
            throw NO_FILE;
        }
        if (call.isInTransaction()) {
            throw NOT_IN_TRANSACTION;
        }
        return new UsersFile(path);
    }

    /** Read off the loops; the users take their place on the loop. */
    private static void load(Call call) {
        UsersFile file = file(call);
        Users users = registry(call);
        Lane lane = call.lane();
        Session session = call.session();
        lane.suspend(session);
        Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                Map<String, Rights> read = file.read(users::fresh);
                                lane.resume(
                                        session,
                                        reply -> {
                                            users.replaceAll(read, session);
                                            reply.ok();
                                        });
                            } catch (UsersFile.Unusable bad) {
                                refuse(lane, session, new Refusal("ERR " + bad.text()));
                            }
                        });
    }

    private static void save(Call call) {
        UsersFile file = file(call);
        Users users = registry(call);
        Lane lane = call.lane();
        Session session = call.session();
        lane.suspend(session);
        Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                users.saveTo(file);
                                lane.resume(session, Reply::ok);
                            } catch (IOException e) {
                                refuse(lane, session, NOT_SAVED);
                            }
                        });
    }

    private static void refuse(Lane lane, Session session, Refusal refusal) {
        lane.resume(
                session,
                reply -> {
                    throw refusal;
                });
    }
}
