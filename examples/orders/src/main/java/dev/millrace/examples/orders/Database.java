package dev.millrace.examples.orders;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The view's tables in H2: orders, and the position of the last event that they know. */
final class Database implements AutoCloseable {
    private static final String FILE_SUFFIX = ".mv.db";

    private final Path file;
    private final Connection connection;

    /** Opens it, or makes an empty one. */
    Database(Path path) throws SQLException {
        file = path.resolveSibling(path.getFileName() + FILE_SUFFIX);
        // H2 would hold a lock on its file by its name: a file that was deleted is not missed so.
        connection =
                DriverManager.getConnection("jdbc:h2:" + path.toAbsolutePath() + ";FILE_LOCK=NO");
        connection.setAutoCommit(false);
        run(
                "CREATE TABLE IF NOT EXISTS orders(id VARCHAR PRIMARY KEY, item VARCHAR NOT NULL,"
                        + " amount INT NOT NULL, shipped BOOLEAN NOT NULL)");
        run("CREATE TABLE IF NOT EXISTS known(position BIGINT NOT NULL)");
        connection.commit();
    }

    /** False once somebody has deleted it. */
    boolean isThere() {
        return Files.exists(file);
    }

    private int run(String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            return statement.executeUpdate();
        }
    }

    /** The position of the last event that it knows. */
    Optional<Long> known() throws SQLException {
        try (PreparedStatement statement =
                        connection.prepareStatement("SELECT MAX(position) FROM known");
                ResultSet found = statement.executeQuery()) {
            found.next();
            long position = found.getLong(1);
            return found.wasNull() ? Optional.empty() : Optional.of(position);
        }
    }

    void placed(String id, String item, int amount) throws SQLException {
        run("INSERT INTO orders VALUES(?, ?, ?, FALSE)", id, item, amount);
    }

    void shipped(String id) throws SQLException {
        run("UPDATE orders SET shipped = TRUE WHERE id = ?", id);
    }

    /** What was changed is to be seen, together with the position of the event that changed it. */
    void commit(long position) throws SQLException {
        if (run("UPDATE known SET position = ?", position) == 0) {
            run("INSERT INTO known VALUES(?)", position);
        }
        connection.commit();
    }

    /** All orders, by id. */
    List<Order> orders() throws SQLException {
        List<Order> orders = new ArrayList<>();
        try (PreparedStatement statement =
                        connection.prepareStatement(
                                "SELECT id, item, amount, shipped FROM orders ORDER BY id");
                ResultSet found = statement.executeQuery()) {
            while (found.next()) {
                orders.add(
                        new Order(
                                found.getString(1),
                                found.getString(2),
                                found.getInt(3),
                                found.getBoolean(4)));
            }
        }
        return orders;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
