package dev.millrace.kv.tracking;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.resp.Reply;
import dev.millrace.kv.session.Session;
import dev.millrace.kv.store.Readers.Name;
import dev.millrace.kv.tracking.Tracker.Mode;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What CLIENT TRACKING, CACHING, GETREDIR and TRACKINGINFO do. */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class TrackingCommands {
    private static final Refusal NOT_TRACKING =
            new Refusal(
                    "ERR CLIENT CACHING can be called only when the client is in tracking mode"
                            + " with OPTIN or OPTOUT mode enabled");
    private static final Refusal NOT_OPTIN =
            new Refusal(
                    "ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.");
    private static final Refusal NOT_OPTOUT =
            new Refusal(
                    "ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.");
    private static final Refusal TWO_REDIRECTIONS =
            new Refusal("ERR A client can only redirect to a single other client");
    private static final Refusal NOBODY_TO_REDIRECT_TO =
            new Refusal("ERR The client ID you want redirect to does not exist");
    private static final Refusal PREFIX_WITHOUT_BCAST =
            new Refusal("ERR PREFIX option requires BCAST mode to be enabled");
    private static final Refusal BCAST_CANNOT_CHANGE = cannotSwitch("BCAST mode on/off");
    private static final Refusal BCAST_ALONE =
            new Refusal("ERR OPTIN and OPTOUT are not compatible with BCAST");
    private static final Refusal BOTH_OPTIONS =
            new Refusal("ERR You can't specify both OPTIN mode and OPTOUT mode");
    private static final Refusal OPTIONS_CANNOT_CHANGE = cannotSwitch("OPTIN/OPTOUT mode");

    private TrackingCommands() {}

    private static Refusal cannotSwitch(String what) {
        return new Refusal(
                "ERR You can't switch "
                        + what
                        + " before disabling tracking for this client, and then re-enabling it"
                        + " with a different mode.");
    }

    /** The options of CLIENT TRACKING, as they were given. */
    private static final class Options {
        private long redirection;
        private final Set<Mode> modes = EnumSet.noneOf(Mode.class);
        private final List<byte[]> prefixes = new ArrayList<>();

        boolean has(Mode mode) {
            return modes.contains(mode);
        }
    }

    /** CLIENT TRACKING. */
    public static void tracking(Call call) {
        Options options = options(call);
        Session session = call.session();
        Tracking tracking = Tracking.of(call.server());
        if (call.is(2, "ON")) {
            check(options, session.tracker());
            Set<Name> prefixes = new LinkedHashSet<>();
            options.prefixes.forEach(prefix -> prefixes.add(new Name(prefix)));
            tracking.enable(session, options.redirection, List.copyOf(options.modes), prefixes);
        } else if (call.is(2, "OFF")) {
            tracking.disable(session);
        } else {
            throw Refusal.SYNTAX;
        }
        call.reply().ok();
    }

    private static Options options(Call call) {
        Options options = new Options();
        for (int i = 3; i < call.count(); i++) {
            boolean more = i + 1 < call.count();
            if (call.is(i, "REDIRECT") && more) {
                redirect(call, options, ++i);
            } else if (call.is(i, "PREFIX") && more) {
                options.prefixes.add(call.bytes(++i));
            } else {
                options.modes.add(mode(call, i));
            }
        }
        return options;
    }

    private static void redirect(Call call, Options options, int index) {
        if (options.redirection != 0) {
            throw TWO_REDIRECTIONS;
        }
        options.redirection = call.integer(index);
        if (call.server().session(options.redirection) == null) {
            throw NOBODY_TO_REDIRECT_TO;
        }
    }

    private static Mode mode(Call call, int index) {
        for (Mode mode : Mode.values()) {
            if (call.is(index, mode.name())) {
                return mode;
            }
        }
        throw Refusal.SYNTAX;
    }

    private static void check(Options options, @Nullable Tracker before) {
        if (!options.has(Mode.BCAST) && !options.prefixes.isEmpty()) {
            throw PREFIX_WITHOUT_BCAST;
        }
        if (before != null && before.is(Mode.BCAST) != options.has(Mode.BCAST)) {
            throw BCAST_CANNOT_CHANGE;
        }
        if (options.has(Mode.BCAST) && (options.has(Mode.OPTIN) || options.has(Mode.OPTOUT))) {
            throw BCAST_ALONE;
        }
        if (options.has(Mode.OPTIN) && options.has(Mode.OPTOUT)) {
            throw BOTH_OPTIONS;
        }
        if (before != null
                && (options.has(Mode.OPTIN) && before.is(Mode.OPTOUT)
                        || options.has(Mode.OPTOUT) && before.is(Mode.OPTIN))) {
            throw OPTIONS_CANNOT_CHANGE;
        }
        if (options.has(Mode.BCAST)) {
            checkPrefixes(options.prefixes, before == null ? List.of() : before.prefixes());
        }
    }

    /** No key may have two of a client's prefixes. */
    private static void checkPrefixes(List<byte[]> given, List<byte[]> before) {
        for (int i = 0; i < given.size(); i++) {
            for (byte[] known : before) {
                checkApart(given.get(i), known, "an existing");
            }
            for (byte[] other : given.subList(i + 1, given.size())) {
                checkApart(given.get(i), other, "another provided");
            }
        }
    }

    private static void checkApart(byte[] prefix, byte[] other, String which) {
        boolean overlaps = Tracking.startsWith(prefix, other) || Tracking.startsWith(other, prefix);
        if (overlaps) {
            throw new Refusal(
                    "ERR Prefix '"
                            + text(prefix)
                            + "' overlaps with "
                            + which
                            + " prefix '"
                            + text(other)
                            + "'. Prefixes for a single client must not overlap.");
        }
    }

    private static String text(byte[] prefix) {
        return new String(prefix, StandardCharsets.UTF_8);
    }

    /** CLIENT CACHING. */
    public static void caching(Call call) {
        Tracker tracker = call.session().tracker();
        if (tracker == null) {
            throw NOT_TRACKING;
        }
        boolean yes = call.is(2, "YES");
        if (!yes && !call.is(2, "NO")) {
            throw Refusal.SYNTAX;
        }
        if (!tracker.is(yes ? Mode.OPTIN : Mode.OPTOUT)) {
            throw yes ? NOT_OPTIN : NOT_OPTOUT;
        }
        tracker.caching(true);
        call.reply().ok();
    }

    /** CLIENT GETREDIR. */
    public static void redirection(Call call) {
        call.reply().integer(redirection(call.session().tracker()));
    }

    private static long redirection(@Nullable Tracker tracker) {
        return tracker == null ? -1 : tracker.redirection();
    }

    /** CLIENT TRACKINGINFO. */
    public static void info(Call call) {
        Tracker tracker = call.session().tracker();
        Reply reply = call.reply();
        List<String> flags = tracker == null ? List.of("off") : flags(tracker);
        reply.map(3);
        reply.bulk("flags");
        reply.set(flags.size());
        flags.forEach(reply::bulk);
        reply.bulk("redirect");
        reply.integer(redirection(tracker));
        reply.bulk("prefixes");
        List<byte[]> prefixes = tracker == null ? List.of() : tracker.prefixes();
        reply.array(prefixes.size());
        prefixes.forEach(reply::bulk);
    }

    private static List<String> flags(Tracker tracker) {
        List<String> flags = new ArrayList<>(List.of("on"));
        for (Mode mode : Mode.values()) {
            if (tracker.is(mode)) {
                flags.add(mode.name().toLowerCase(Locale.ROOT));
                if (tracker.isCaching() && mode == Mode.OPTIN) {
                    flags.add("caching-yes");
                } else if (tracker.isCaching() && mode == Mode.OPTOUT) {
                    flags.add("caching-no");
                }
            }
        }
        if (tracker.isBroken()) {
            flags.add("broken_redirect");
        }
        return flags;
    }
}
