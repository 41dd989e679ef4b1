package dev.millrace.kv.operator;

import dev.millrace.kv.catalog.Categories;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Help;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.info.Totals;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** ACL, for the one user there is: default, who may do everything. */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class AccessLists {
    private static final String USER = "default";
    private static final int BITS_USUAL = 256;
    private static final int BITS_MAX = 4096;
    private static final int BITS_PER_DIGIT = 4;

    private static final Refusal BAD_BITS =
            new Refusal(
                    "ERR ACL GENPASS argument must be the number of bits for the output password,"
                            + " a positive number up to 4096");
    private static final Refusal ONE_USER =
            new Refusal("ERR users beside 'default' are not supported");
    private static final Refusal STAYS = new Refusal("ERR The 'default' user cannot be removed");

    private static final String HELP =
            """
            CAT [<category>]
                List all commands that belong to <category>, or all command categories
                when no category is specified.
            GENPASS [<bits>]
                Generate a secure 256-bit user password. The optional `bits` argument can
                be used to specify a different size.
            GETUSER <username>
                Get the user's details.
            LIST
                Show users details in config file format.
            LOG [<count> | RESET]
                List latest events denied because of ACLs in place.
            USERS
                List all the registered usernames.
            WHOAMI
                Return the current connection username.
            """;

    private AccessLists() {}

    private static Command.Builder acl(String name, int arity) {
        return Command.named(name)
                .since("6.0.0")
                .group("server")
                .complexity("O(1)")
                .arity(arity)
                .flags(Flag.NOSCRIPT, Flag.LOADING, Flag.STALE);
    }

    private static Command.Builder admin(String name, int arity) {
        return acl(name, arity).flags(Flag.ADMIN);
    }

    public static List<Command> all() {
        return List.of(
                Command.named("acl")
                        .since("6.0.0")
                        .group("server")
                        .complexity("Depends on subcommand.")
                        .summary("A container for Access List Control commands ")
                        .arity(-2)
                        .contains(
                                acl("cat", -2)
                                        .complexity(
                                                "O(1) since the categories and commands are a fixed set.")
                                        .summary(
                                                "List the ACL categories or the commands inside a"
                                                        + " category")
                                        .does(AccessLists::categories),
                                admin("deluser", -3)
                                        .complexity(
                                                "O(1) amortized time considering the typical user.")
                                        .summary(
                                                "Remove the specified ACL users and the associated"
                                                        + " rules")
                                        .does(AccessLists::deleteUser),
                                acl("genpass", -2)
                                        .summary(
                                                "Generate a pseudorandom secure password to use"
                                                        + " for ACL users")
                                        .does(AccessLists::password),
                                admin("getuser", 3)
                                        .complexity(
                                                "O(N). Where N is the number of password, command and "
                                                        + "pattern rules that the user has.")
                                        .summary("Get the rules for a specific ACL user")
                                        .does(AccessLists::user),
                                Help.declared("6.0.0", "server").does(Help.answering("acl", HELP)),
                                admin("list", 2)
                                        .complexity(
                                                "O(N). Where N is the number of configured users.")
                                        .summary(
                                                "List the current ACL rules in ACL config file"
                                                        + " format")
                                        .does(AccessLists::list),
                                admin("log", -2)
                                        .complexity(
                                                "O(N) with N being the number of entries shown.")
                                        .summary(
                                                "List latest events denied because of ACLs in"
                                                        + " place")
                                        .does(AccessLists::log),
                                admin("setuser", -3)
                                        .complexity(
                                                "O(N). Where N is the number of rules provided.")
                                        .summary(
                                                "Modify or create the rules for a specific ACL"
                                                        + " user")
                                        .does(AccessLists::setUser),
                                admin("users", 2)
                                        .complexity(
                                                "O(N). Where N is the number of configured users.")
                                        .summary(
                                                "List the username of all the configured ACL rules")
                                        .does(AccessLists::users),
                                acl("whoami", 2)
                                        .summary(
                                                "Return the name of the user associated to the"
                                                        + " current connection")
                                        .does(call -> call.reply().bulk(USER))));
    }

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
        List<String> names =
                Totals.commands(call.server()).stream()
                        .filter(command -> Categories.of(command).contains(category))
                        .map(Command::fullName)
                        .toList();
        call.reply().array(names.size());
        names.forEach(call.reply()::bulk);
    }

    private static void password(Call call) {
        if (call.count() > 3) {
            throw Help.wrongForm(call);
        }
        long bits = call.count() == 3 ? call.integer(2, 1, BITS_MAX, BAD_BITS) : BITS_USUAL;
        int digits = (int) ((bits + BITS_PER_DIGIT - 1) / BITS_PER_DIGIT);
        byte[] random = new byte[(digits + 1) / 2];
        new SecureRandom().nextBytes(random);
        call.reply().bulk(HexFormat.of().formatHex(random).substring(0, digits));
    }

    private static String password(Call call, String prefix) {
        String password = call.server().config().requirepass();
        return password.isEmpty() ? "" : prefix + sha256(password);
    }

    private static String sha256(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    private static void list(Call call) {
        String password = password(call, "#");
        call.reply().array(1);
        call.reply()
                .bulk(
                        "user default on "
                                + (password.isEmpty() ? "nopass" : password)
                                + " ~* &* +@all");
    }

    private static void users(Call call) {
        call.reply().array(1);
        call.reply().bulk(USER);
    }

    private static void user(Call call) {
        if (!call.text(2).equals(USER)) {
            call.reply().nullBulk();
            return;
        }
        String password = password(call, "");
        call.reply().map(6);
        call.reply().bulk("flags");
        call.reply().set(password.isEmpty() ? 2 : 1);
        call.reply().bulk("on");
        if (password.isEmpty()) {
            call.reply().bulk("nopass");
        }
        call.reply().bulk("passwords");
        call.reply().array(password.isEmpty() ? 0 : 1);
        if (!password.isEmpty()) {
            call.reply().bulk(password);
        }
        field(call, "commands", "+@all");
        field(call, "keys", "~*");
        field(call, "channels", "&*");
        call.reply().bulk("selectors");
        call.reply().emptyArray();
    }

    private static void field(Call call, String name, String value) {
        call.reply().bulk(name);
        call.reply().bulk(value);
    }

    private static void log(Call call) {
        if (call.count() == 3 && call.is(2, "RESET")) {
            call.reply().ok();
            return;
        }
        if (call.count() == 3) {
            call.integer(2);
        }
        call.reply().emptyArray();
    }

    private static void setUser(Call call) {
        throw ONE_USER;
    }

    private static void deleteUser(Call call) {
        for (int i = 2; i < call.count(); i++) {
            if (call.text(i).equals(USER)) {
                throw STAYS;
            }
        }
        call.reply().integer(0);
    }
}
