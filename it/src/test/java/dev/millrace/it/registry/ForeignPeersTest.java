package dev.millrace.it.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.server.Scratch;

import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Servers that others wrote, as the registry's checks find them. */
class ForeignPeersTest {
    private static final int SERVING = 1;
    private static final int NOT_SERVING = 2;

    @TempDir Path data;
    private Agent agent;

    @BeforeEach
    void start() throws IOException {
        agent = Agent.up(data);
    }

    @AfterEach
    void stop() throws IOException {
        agent.close();
    }

    @Test
    void a_web_server_that_is_killed_is_gone_from_every_answer() throws Exception {
        int port = Scratch.freePort();
        Process python =
                new ProcessBuilder(
                                "python3",
                                "-m",
                                "http.server",
                                "--bind",
                                "127.0.0.1",
                                Integer.toString(port))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            agent.register(
                    "web",
                    "{\"HTTP\":\"http://127.0.0.1:"
                            + port
                            + "/\",\"Interval\":\"1s\",\"Timeout\":\"1s\"}");
            agent.awaitPassing("web");
            Lookup lookup = new Lookup();
            assertEquals(List.of("127.0.0.1"), lookup.addresses("web.service.consul."));
            String path = "health/service/web?passing";
            String index = agent.index(path);
            CompletableFuture<String> watcher =
                    CompletableFuture.supplyAsync(
                            () -> agent.get(path + "&wait=20s&index=" + index));
            python.destroyForcibly().waitFor();
            assertEquals("[]", watcher.join());
            // Who was told over HTTP is not told otherwise by DNS, nor by who asks anew.
            assertEquals(List.of(), lookup.addresses("web.service.consul."));
            assertEquals("[]", agent.get(path));
            agent.awaitCritical("web", "connect: connection refused");
        } finally {
            python.destroyForcibly();
        }
    }

    @Test
    void a_grpc_server_is_asked_how_it_is() throws Exception {
        AtomicInteger status = new AtomicInteger(SERVING);
        Server server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .addService(health(status))
                        .build()
                        .start();
        String address = "127.0.0.1:" + server.getPort();
        try {
            agent.register("calls", "{\"GRPC\":\"" + address + "/x\",\"Interval\":\"1s\"}");
            agent.register(
                    "pings",
                    "{\"H2PING\":\"" + address + "\",\"H2PingUseTLS\":false,\"Interval\":\"1s\"}");
            agent.awaitPassing("calls");
            agent.awaitPassing("pings");
            status.set(NOT_SERVING);
            agent.awaitCritical("calls", "serving status: NOT_SERVING");
            assertTrue(agent.get("health/service/pings").contains("HTTP2 ping was successful"));
        } finally {
            server.shutdownNow().awaitTermination();
        }
        agent.awaitCritical("calls", "code = Unavailable");
        agent.awaitCritical("pings", "Failed to dial to " + address);
    }

    @Test
    void a_grpc_server_without_health_says_so() throws Exception {
        Server server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .build()
                        .start();
        try {
            agent.register(
                    "calls",
                    "{\"GRPC\":\"127.0.0.1:" + server.getPort() + "\",\"Interval\":\"1s\"}");
            agent.awaitCritical("calls", "rpc error: code = Unimplemented desc = Method not found");
        } finally {
            server.shutdownNow().awaitTermination();
        }
    }

    @Test
    void a_process_that_is_killed_is_critical() throws Exception {
        Process sleep = new ProcessBuilder("sleep", "1000").start();
        try {
            agent.register("job", "{\"Process\":" + sleep.pid() + ",\"Interval\":\"1s\"}");
            agent.awaitPassing("job");
            sleep.destroyForcibly().waitFor();
            agent.awaitCritical("job", "No process " + sleep.pid());
        } finally {
            sleep.destroyForcibly();
        }
    }

    /** dnsjava's resolver. */
    private final class Lookup {
        List<String> addresses(String name) throws IOException {
            SimpleResolver resolver = new SimpleResolver("127.0.0.1");
            resolver.setPort(agent.dnsPort());
            resolver.setTimeout(Duration.ofSeconds(30));
            Message answer =
                    resolver.send(
                            Message.newQuery(
                                    Record.newRecord(Name.fromString(name), Type.A, DClass.IN)));
            return answer.getSection(Section.ANSWER).stream().map(Record::rdataToString).toList();
        }
    }

    /** {@code grpc.health.v1.Health} by grpc-java, whose messages are left to us. */
    private static ServerServiceDefinition health(AtomicInteger status) {
        MethodDescriptor<byte[], byte[]> check =
                MethodDescriptor.<byte[], byte[]>newBuilder()
                        .setType(MethodDescriptor.MethodType.UNARY)
                        .setFullMethodName("grpc.health.v1.Health/Check")
                        .setRequestMarshaller(new Bytes())
                        .setResponseMarshaller(new Bytes())
                        .build();
        return ServerServiceDefinition.builder("grpc.health.v1.Health")
                .addMethod(
                        check,
                        ServerCalls.asyncUnaryCall(
                                (_, answer) -> {
                                    answer.onNext(new byte[] {8, (byte) status.get()});
                                    answer.onCompleted();
                                }))
                .build();
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }
}
