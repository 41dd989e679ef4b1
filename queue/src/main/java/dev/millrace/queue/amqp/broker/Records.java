package dev.millrace.queue.amqp.broker;

import dev.millrace.queue.amqp.exchange.Binding;
import dev.millrace.queue.amqp.exchange.Destination;
import dev.millrace.queue.amqp.exchange.Exchange;
import dev.millrace.queue.amqp.exchange.ExchangeType;
import dev.millrace.queue.amqp.wire.WireReader;
import dev.millrace.queue.amqp.wire.WireWriter;
import dev.millrace.queue.effect.Effects;
import dev.millrace.queue.ledger.Ledger;
import dev.millrace.queue.state.Definition;
import dev.millrace.queue.store.Store;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;

/**
 * Exchanges, queues and bindings as definitions, in the protocol's own field types.
 *
 * <pre>
 * exchange  type | auto-delete, internal bits | arguments table
 * queue     durable, exclusive, auto-delete bits | arguments table | count u16 | ledgers u64
 * binding   source | to a queue bit | destination | key | arguments table     (its name: these, in hex)
 * </pre>
 *
 * <p>A queue that is not durable is written down too, for its backlogs are: the next process finds
 * and drops them.
 */
final class Records {
    private static final int EXCHANGE = 32;
    private static final int QUEUE = 33;
    private static final int BINDING = 34;

    private final Store store;

    /** A queue of an earlier process. */
    record StoredQueue(AmqpQueue.Declared declared, List<Ledger> ledgers) {}

    Records(Store store) {
        this.store = store;
    }

    // ---- Writing

    void add(Exchange.Declared declared) {
        ByteBuf content = Unpooled.buffer();
        new WireWriter(content)
                .shortText(declared.type().text())
                .bit(declared.autoDelete())
                .bit(declared.internal())
                .table(declared.arguments());
        define(new Definition.Name(EXCHANGE, declared.name()), content);
    }

    void remove(Exchange.Declared declared) {
        undefine(new Definition.Name(EXCHANGE, declared.name()));
    }

    void add(AmqpQueue.Declared declared, List<Ledger> ledgers) {
        ByteBuf content = Unpooled.buffer();
        WireWriter out =
                new WireWriter(content)
                        .bit(declared.durable())
                        .bit(declared.exclusive())
                        .bit(declared.autoDelete())
                        .table(declared.arguments())
                        .u16(ledgers.size());
        ledgers.forEach(ledger -> out.u64(ledger.id()));
        define(new Definition.Name(QUEUE, declared.name()), content);
    }

    void removeQueue(String name) {
        undefine(new Definition.Name(QUEUE, name));
    }

    void add(Binding binding) {
        ByteBuf content = encode(binding);
        define(name(content), content);
    }

    void remove(Binding binding) {
        undefine(name(encode(binding)));
    }

    private static ByteBuf encode(Binding binding) {
        ByteBuf content = Unpooled.buffer();
        new WireWriter(content)
                .shortText(binding.source())
                .bit(binding.destination() instanceof Destination.ToQueue)
                .shortText(binding.destination().name())
                .shortText(binding.routingKey())
                .table(binding.arguments());
        return content;
    }

    private static Definition.Name name(ByteBuf binding) {
        return new Definition.Name(
                BINDING, HexFormat.of().formatHex(ByteBufUtil.getBytes(binding)));
    }

    private void define(Definition.Name name, ByteBuf content) {
        store.effects().define(name, ByteBufUtil.getBytes(content));
    }

    private void undefine(Definition.Name name) {
        if (store.state().definitions().containsKey(name)) {
            store.effects().undefine(name);
        }
    }

    /** What it takes in the journal to forget bindings. */
    static long bytes(Collection<Binding> bindings) {
        long bytes = 0;
        for (Binding binding : bindings) {
            bytes += 2L * encode(binding).readableBytes() + Effects.BYTES_MAX;
        }
        return bytes;
    }

    // ---- Reading

    List<Exchange.Declared> exchanges() {
        return each(
                EXCHANGE,
                stored -> {
                    ExchangeType type = ExchangeType.of(stored.in.shortText());
                    boolean autoDelete = stored.in.bit();
                    boolean internal = stored.in.bit();
                    return new Exchange.Declared(
                            stored.name, type, true, autoDelete, internal, stored.in.table());
                });
    }

    List<StoredQueue> queues() {
        return each(QUEUE, this::queue);
    }

    private StoredQueue queue(Stored stored) {
        boolean durable = stored.in.bit();
        boolean exclusive = stored.in.bit();
        boolean autoDelete = stored.in.bit();
        AmqpQueue.Declared declared =
                new AmqpQueue.Declared(
                        stored.name, durable, exclusive, autoDelete, stored.in.table());
        List<Ledger> ledgers = new ArrayList<>();
        for (int i = stored.in.u16(); i > 0; i--) {
            ledgers.add(store.state().ledger(stored.in.u64()));
        }
        return new StoredQueue(declared, ledgers);
    }

    List<Binding> bindings() {
        return each(
                BINDING,
                stored -> {
                    String source = stored.in.shortText();
                    boolean toQueue = stored.in.bit();
                    String name = stored.in.shortText();
                    Destination destination =
                            toQueue
                                    ? new Destination.ToQueue(name)
                                    : new Destination.ToExchange(name);
                    return new Binding(
                            source, destination, stored.in.shortText(), stored.in.table());
                });
    }

    private record Stored(String name, WireReader in) {}

    private <T> List<T> each(int kind, Function<Stored, T> reader) {
        List<T> found = new ArrayList<>();
        store.state()
                .definitions()
                .forEach(
                        (name, content) -> {
                            if (name.kind() == kind) {
                                WireReader in = new WireReader(Unpooled.wrappedBuffer(content));
                                found.add(reader.apply(new Stored(name.text(), in)));
                            }
                        });
        return found;
    }
}
