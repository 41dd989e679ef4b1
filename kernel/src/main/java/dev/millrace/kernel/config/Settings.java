package dev.millrace.kernel.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The configuration of one process: an immutable, typed map from {@link Setting} to value. It is
 * read once, wholly, before anything starts; either all of it is right or there are no settings,
 * only {@link BadSettings} with every complaint at once.
 *
 * <p>What is given on the command line overrules the file. Rooms that are not started still declare
 * their settings, so that one file serves every selection of rooms.
 */
public final class Settings {
    private static final int PORT_MAX = 65_535;

    private final Map<String, Setting<?>> declared;
    private final Map<String, Object> values;
    private final Set<String> given;

    private Settings(
            Map<String, Setting<?>> declared, Map<String, Object> values, Set<String> given) {
        this.declared = declared;
        this.values = values;
        this.given = given;
    }

    /**
     * Where values come from.
     *
     * @param file the YAML file, if one was named
     * @param assignments {@code key=value}, as {@code --set} takes them; later ones overrule
     * @param portOffset added to every default port, not to ports that were given
     */
    public record Sources(Optional<Path> file, List<String> assignments, int portOffset) {
        /** Nothing given: every setting has its default. */
        public static Sources none() {
            return new Sources(Optional.empty(), List.of(), 0);
        }

        /** Assignments alone, for tests and embedding. */
        public static Sources of(String... assignments) {
            return new Sources(Optional.empty(), List.of(assignments), 0);
        }
    }

    /**
     * Reads and checks everything.
     *
     * @throws BadSettings with one complaint for each thing that is wrong
     */
    public static Settings read(Collection<? extends Setting<?>> declared, Sources sources)
            throws BadSettings {
        return new Reading(declared).read(sources);
    }

    /** The value of a declared setting. */
    @SuppressWarnings("unchecked") // values holds for each key what its own setting has read
    public <T> T get(Setting<T> setting) {
        Object value = values.get(setting.key());
        if (value == null || declared.get(setting.key()) != setting) {
            throw new IllegalArgumentException(setting.key() + ": not declared by any room");
        }
        return (T) value;
    }

    /** Whether a value was given, as opposed to the default: the key to "falls back to". */
    public boolean isGiven(Setting<?> setting) {
        return given.contains(setting.key());
    }

    /** Every declared setting, in the order of declaration. */
    public Collection<Setting<?>> declared() {
        return declared.values();
    }

    /** One pass over all sources, which gathers complaints instead of stopping at the first. */
    private static final class Reading {
        private final Map<String, Setting<?>> declared = new LinkedHashMap<>();
        private final Map<String, Object> values = new HashMap<>();
        private final Map<String, String> given = new HashMap<>();
        private final List<Complaint> complaints = new ArrayList<>();

        Reading(Collection<? extends Setting<?>> settings) {
            for (Setting<?> setting : settings) {
                Setting<?> twin = declared.put(setting.key(), setting);
                if (twin != null && twin != setting) {
                    throw new IllegalArgumentException(setting.key() + ": declared twice");
                }
            }
        }

        Settings read(Sources sources) throws BadSettings {
            sources.file().ifPresent(this::readFile);
            // The command line may repeat what the file says, and itself; a file may not.
            for (String assignment : sources.assignments()) {
                readAssignment(assignment);
            }
            for (Setting<?> setting : declared.values()) {
                if (!given.containsKey(setting.key())) {
                    values.put(setting.key(), standard(setting, sources.portOffset()));
                }
            }
            if (!complaints.isEmpty()) {
                throw new BadSettings(complaints);
            }
            return new Settings(declared, Map.copyOf(values), Set.copyOf(given.keySet()));
        }

        private void readFile(Path file) {
            YamlFile yaml = YamlFile.read(file);
            complaints.addAll(yaml.complaints());
            for (Entry entry : yaml.entries()) {
                String before = given.get(entry.key());
                if (before != null) {
                    complain(entry, "given twice", "it once, as at " + before);
                } else {
                    put(entry);
                }
            }
        }

        private void readAssignment(String assignment) {
            int equals = assignment.indexOf('=');
            if (equals <= 0) {
                complaints.add(new Complaint("--set", "", assignment, "KEY=VALUE"));
                return;
            }
            put(
                    new Entry(
                            "--set",
                            assignment.substring(0, equals),
                            assignment.substring(equals + 1)));
        }

        private void put(Entry entry) {
            Setting<?> setting = declared.get(entry.key());
            if (setting == null) {
                complain(
                        entry,
                        "no such setting",
                        Nearest.to(entry.key(), declared.keySet())
                                .map(key -> "perhaps " + key)
                                .orElse("a key that some room declares"));
                return;
            }
            given.put(entry.key(), entry.where());
            Optional<?> value = setting.read(entry.text());
            if (value.isPresent()) {
                values.put(entry.key(), value.get());
            } else {
                complain(entry, entry.text(), setting.expected());
            }
        }

        private Object standard(Setting<?> setting, int portOffset) {
            if (!setting.isPort() || setting.standard().equals(0)) {
                return setting.standard();
            }
            int port = (Integer) setting.standard() + portOffset;
            if (port < 1 || port > PORT_MAX) {
                complaints.add(
                        new Complaint(
                                "--port-offset",
                                setting.key(),
                                String.valueOf(port),
                                "a port, 1 to " + PORT_MAX));
            }
            return port;
        }

        private void complain(Entry entry, String was, String expected) {
            complaints.add(new Complaint(entry.where(), entry.key(), was, expected));
        }
    }
}
