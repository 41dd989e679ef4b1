package dev.millrace.kv.acl;

import dev.millrace.kv.acl.Denial.Context;
import dev.millrace.kv.acl.Denial.Reason;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.config.Parameters;
import dev.millrace.kv.connection.ClientLine;
import dev.millrace.kv.connection.Monitors;
import dev.millrace.kv.pubsub.PubSub;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.session.Config;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.Session;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * All users of a server, and what was denied to them.
 *
 * <p><b>Several lanes.</b> A client's command is held against its user's rights as they are when it
 * is decided. Whether a client has to be asked at all is a bit of its session, which belongs to its
 * lane; so who changes a user tells every lane by its mail, which a lane takes before anything it
 * receives from then on: who was answered that a right is taken away may rely on it.
 *
 * <p>What a lane sends to disk is read and written off the loops ({@link UsersFile}).
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class Users {
    /** Who everybody is that has not said otherwise. */
    public static final String STANDARD = "default";

    private static final Refusal STAYS = new Refusal("ERR The 'default' user cannot be removed");

    private final KvServer server;
    private final Vocabulary vocabulary;
    private final User standard;
    private final User superuser;
    private final DenialLog log = new DenialLog();

    /** By name, in the order of its bytes. */
    private final NavigableMap<String, User> byName = new TreeMap<>();

    /** Off the loops only. */
    private final ReentrantLock saving = new ReentrantLock();

    private String file = "";

    private Users(KvServer server) {
        this.server = server;
        this.vocabulary = new Vocabulary(server.commands());
        this.standard = new User(STANDARD, Rights.everything(vocabulary));
        this.superuser = new User("(superuser)", Rights.everything(vocabulary));
        byName.put(STANDARD, standard);
    }

    public static Users of(KvServer server) {
        return server.part(Users.class, Users::new);
    }

    // ---- Who there is

    /** The user {@code default}. */
    public User standard() {
        return standard;
    }

    /** Who may do everything whatever the rules are: the process itself, in no list. */
    public User superuser() {
        return superuser;
    }

    /** By its name as a text, or null. */
    public @Nullable User find(String shown) {
        return named(Names.ofText(shown));
    }

    synchronized @Nullable User named(String name) {
        return byName.get(name);
    }

    synchronized List<User> all() {
        return List.copyOf(byName.values());
    }

    Vocabulary vocabulary() {
        return vocabulary;
    }

    DenialLog log() {
        return log;
    }

    // ---- Passwords

    /** Makes the client this user if the password is right; on its lane, in its command. */
    public boolean authenticate(Session session, Request request, byte[] name, byte[] password) {
        User user = named(Names.of(name));
        if (user == null || !user.rights().admits(password)) {
            Context context = session.lane().isInTransaction() ? Context.MULTI : context(session);
            note(session, Reason.AUTH, context, request.bytes(0), Names.of(name));
            return false;
        }
        session.user(user);
        session.authenticated(true);
        return true;
    }

    /** Gives the standard user this one password; none if it is empty. */
    public synchronized void requirePassword(String password) {
        Rights changed = standard.rights().copy(channelsAtFirst());
        changed.requirePassword(Names.ofText(password));
        replace(standard, changed);
    }

    // ---- What is denied

    /** Notes in the log what was denied to a client; on any lane. */
    public void denied(
            Session session, Command command, Request request, Denial denial, Context context) {
        byte[] object =
                denial.reason() == Reason.COMMAND
                        ? Names.bytes(Names.ofText(command.fullName()))
                        : DenialLog.kept(request, denial.argument());
        note(session, denial.reason(), context, object, session.user().name());
    }

    /** Where a command is decided that is not part of EXEC or a script. */
    public static Context context(Session session) {
        return session.queuedCommands() >= 0 ? Context.MULTI : Context.TOPLEVEL;
    }

    private void note(Session session, Reason reason, Context context, byte[] object, String user) {
        long now = server.clock().millis();
        boolean monitors = Monitors.of(server).has(session);
        String client = ClientLine.of(session, now, monitors, 0);
        log.add(
                new DenialLog.Entry(1, reason, context, Names.of(object), user, now, client),
                server.config().get(Config.Quantity.ACLLOG_MAX_LEN));
    }

    // ---- Changes

    /** Whether a user that was just made may use all channels. */
    private boolean channelsAtFirst() {
        return Parameters.of(server).value("acl-pubsub-default").equals("allchannels");
    }

    Rights fresh() {
        return new Rights(vocabulary, channelsAtFirst());
    }

    /** Makes or changes a user: all of the rules or none. */
    synchronized void set(String name, List<String> words) {
        User known = byName.get(name);
        Rights changed = known == null ? fresh() : known.rights().copy(channelsAtFirst());
        for (String rule : merged(words)) {
            try {
                changed.apply(rule);
            } catch (BadRule bad) {
                throw new Refusal(
                        "ERR Error in ACL SETUSER modifier '"
                                + Names.shown(rule)
                                + "': "
                                + bad.text());
            }
        }
        if (known == null) {
            byName.put(name, new User(name, changed));
        } else {
            replace(known, changed);
        }
    }

    private static List<String> merged(List<String> words) {
        try {
            return Words.merged(words);
        } catch (Words.Unmatched e) {
            throw new Refusal(
                    "ERR Unmatched parenthesis in acl selector starting at '"
                            + Names.shown(e.word())
                            + "'.");
        }
    }

    /** Removes users and drops their clients; how many there were. */
    synchronized int delete(List<String> names) {
        if (names.contains(STANDARD)) {
            throw STAYS;
        }
        int deleted = 0;
        for (String name : names) {
            User user = byName.remove(name);
            if (user != null) {
                dropClients(user);
                deleted++;
            }
        }
        return deleted;
    }

    /**
     * Has these be all users: those there were, but for the standard one, lose their clients. The
     * standard one has what is said of it, or may do everything.
     *
     * @param answered who is about to be answered, and loses its connection only then
     */
    synchronized void replaceAll(Map<String, Rights> users, @Nullable Session answered) {
        for (User user : List.copyOf(byName.values())) {
            if (!user.equals(standard)) {
                byName.remove(user.name());
                if (answered != null && answered.user().equals(user)) {
                    answered.closeAfterReply();
                }
                dropClients(user);
            }
        }
        // Once: between two changes it would be held to what neither file says.
        Rights said = users.get(STANDARD);
        replace(standard, said == null ? Rights.everything(vocabulary) : said);
        users.forEach(
                (name, rights) -> {
                    if (!name.equals(STANDARD)) {
                        byName.put(name, new User(name, rights));
                    }
                });
    }

    private void replace(User user, Rights changed) {
        Map<String, KeyPattern> channels = new LinkedHashMap<>();
        boolean allChannels = false;
        for (Selector selector : changed.selectors()) {
            channels.putAll(selector.channels());
            allChannels |= selector.hasAllChannels();
        }
        boolean fewer = !allChannels && hadMore(user.rights(), channels.keySet());
        user.rights(changed);
        onEachLane(
                lane -> {
                    for (Session session : sessions(user, lane)) {
                        session.user(user);
                        if (fewer && listensBeyond(session, channels.values())) {
                            drop(session);
                        }
                    }
                });
    }

    /** True if there was a pattern of channels that is not among these. */
    private static boolean hadMore(Rights before, Set<String> channels) {
        for (Selector selector : before.selectors()) {
            boolean more = !channels.containsAll(selector.channels().keySet());
            if (selector.hasAllChannels() || more) {
                return true;
            }
        }
        return false;
    }

    private boolean listensBeyond(Session session, Iterable<KeyPattern> channels) {
        return session.subscriptions() > 0
                && !PubSub.of(server)
                        .listensOnlyTo(
                                session,
                                (name, isPattern) ->
                                        Selector.allowsChannel(channels, name, isPattern));
    }

    private interface OnLane {
        void run(Lane lane);
    }

    /** At once on the lane whose thread this is; on others before they receive anything more. */
    private void onEachLane(OnLane action) {
        for (Lane lane : server.lanes()) {
            if (lane.loop().isCurrent()) {
                action.run(lane);
            } else {
                lane.tell(() -> action.run(lane));
            }
        }
    }

    private List<Session> sessions(User user, Lane lane) {
        return server.sessions().stream()
                .filter(session -> session.lane().equals(lane) && session.user().equals(user))
                .toList();
    }

    /**
     * Each lane its own: so a client that becomes the user in this very moment is found as well,
     * for its lane takes the letter behind that.
     */
    private void dropClients(User user) {
        onEachLane(lane -> sessions(user, lane).forEach(Users::drop));
    }

    /** Ends a client; who is being answered now gets the answer first. */
    private static void drop(Session session) {
        if (session.isRunning()) {
            session.closeAfterReply();
        } else if (!session.isClosing()) {
            session.kill();
        }
    }

    // ---- The file

    /** The path of the file that holds the users; empty: there is none. */
    public synchronized String file() {
        return file;
    }

    /**
     * Writes all users there are; blocks. One at a time, each with what there is when its turn
     * comes: so the file is never a mixture, and never older than the last that was answered.
     */
    void saveTo(UsersFile to) throws IOException {
        saving.lock();
        try {
            to.write(all());
        } finally {
            saving.unlock();
        }
    }

    /** Says where the file is, and takes the users from it; blocks. */
    public void useFile(String path) throws BadUsers {
        try {
            replaceAll(new UsersFile(path).read(this::fresh), null);
            synchronized (this) {
                file = path;
            }
        } catch (UsersFile.Unusable bad) {
            throw new BadUsers(bad.text());
        }
    }

    /** Takes users from the configuration: definitions as in a file, without the word user. */
    public void configure(String definitions) throws BadUsers {
        StringBuilder text = new StringBuilder();
        UsersFile.definitions(definitions)
                .forEach(line -> text.append("user ").append(Names.ofText(line)).append('\n'));
        try {
            replaceAll(UsersFile.parse("kv.acl.users", text.toString(), this::fresh), null);
        } catch (UsersFile.Unusable bad) {
            throw new BadUsers(bad.text());
        }
    }

    /** The users that a configuration or a file defines cannot be. */
    public static final class BadUsers extends Exception {
        private static final long serialVersionUID = 1;

        BadUsers(String message) {
            super(message);
        }
    }
}
