package dev.millrace.kernel.config;

import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The configuration file: nested maps, whose keys joined by dots are the settings' keys. The
 * composer's nodes are read, not objects made of them, for only nodes know their line.
 */
final class YamlFile {
    private final Path file;
    private final List<Entry> entries = new ArrayList<>();
    private final List<Complaint> complaints = new ArrayList<>();

    private YamlFile(Path file) {
        this.file = file;
    }

    static YamlFile read(Path file) {
        YamlFile yaml = new YamlFile(file);
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            Optional<Node> root =
                    new Compose(LoadSettings.builder().setLabel(file.toString()).build())
                            .composeReader(reader);
            root.ifPresent(node -> yaml.descend("", node));
        } catch (MarkedYamlEngineException broken) {
            int line = broken.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
            yaml.complain(line, "", String.valueOf(broken.getProblem()), "YAML");
        } catch (YamlEngineException broken) {
            yaml.complain(1, "", String.valueOf(broken.getMessage()), "YAML");
        } catch (IOException unreadable) {
            yaml.complaints.add(
                    new Complaint(file.toString(), "", "cannot be read", "a readable YAML file"));
        }
        return yaml;
    }

    List<Entry> entries() {
        return entries;
    }

    List<Complaint> complaints() {
        return complaints;
    }

    private void descend(String key, Node node) {
        switch (node) {
            case MappingNode map -> {
                for (NodeTuple pair : map.getValue()) {
                    descend(joined(key, pair.getKeyNode()), pair.getValueNode());
                }
            }
            case ScalarNode scalar when !key.isEmpty() -> add(node, key, scalar.getValue());
            case SequenceNode list when !key.isEmpty() -> add(node, key, joined(list));
            default -> complain(line(node), key, "neither map nor value", "nested maps of values");
        }
    }

    private void add(Node node, String key, String text) {
        entries.add(new Entry(file + ":" + line(node), key, text));
    }

    private static String joined(String key, Node part) {
        String name = part instanceof ScalarNode scalar ? scalar.getValue() : part.toString();
        return key.isEmpty() ? name : key + "." + name;
    }

    private static String joined(SequenceNode list) {
        List<String> words = new ArrayList<>();
        for (Node word : list.getValue()) {
            words.add(word instanceof ScalarNode scalar ? scalar.getValue() : "?");
        }
        return String.join(",", words);
    }

    private void complain(int line, String key, String given, String expected) {
        complaints.add(new Complaint(file + ":" + line, key, given, expected));
    }

    private static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
    }
}
