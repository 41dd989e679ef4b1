package dev.millrace.kernel.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.config.Settings;
import dev.millrace.kernel.guard.GuardPolicy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

class TlsTest {
    private static final char[] PASSWORD = "password".toCharArray();
    private static final Endpoint ECHO =
            Endpoint.tcp("echo", Networks.PORT, GuardPolicy.patient()).tls(true);

    @TempDir Path folder;

    @Test
    void a_listener_with_tls_shows_the_certificate_of_the_settings() throws Exception {
        KeyStore store = keyStore();
        Path certificate =
                pem("CERTIFICATE", store.getCertificate("millrace").getEncoded(), "cert.pem");
        Path key = pem("PRIVATE KEY", store.getKey("millrace", PASSWORD).getEncoded(), "key.pem");
        Settings settings = Networks.settings("net.tls.cert=" + certificate, "net.tls.key=" + key);
        try (Network network = new Network(settings, Networks.guard(settings))) {
            Listener listener = network.listen(ECHO, network.loops("tls", 1), Echo::speak);
            try (SSLSocket socket = connect(store, listener.port())) {
                socket.getOutputStream().write(42);
                assertEquals(42, socket.getInputStream().read());
                assertEquals("TLSv1.3", socket.getSession().getProtocol());
            }
        }
    }

    @Test
    void a_missing_certificate_names_its_setting() throws Exception {
        Settings settings = Networks.settings("net.tls.cert=" + folder.resolve("none.pem"));
        try (Network network = new Network(settings, Networks.guard(settings))) {
            BadSettings bad =
                    assertThrows(
                            BadSettings.class,
                            () -> network.listen(ECHO, network.loops("tls", 1), Echo::speak));
            assertTrue(String.valueOf(bad.getMessage()).contains("net.tls.cert"), bad::toString);
        }
    }

    private static SSLSocket connect(KeyStore trusted, int port) throws Exception {
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        SSLSocket socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        return socket;
    }

    private KeyStore keyStore() throws Exception {
        Path file = folder.resolve("keys.p12");
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        String command =
                keytool
                        + " -genkeypair -alias millrace -keyalg EC -dname CN=localhost"
                        + " -validity 2 -storetype PKCS12 -storepass password -keystore "
                        + file;
        Process process = new ProcessBuilder(command.split(" ")).inheritIO().start();
        assertEquals(0, process.waitFor());
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        store.setCertificateEntry("trusted", store.getCertificate("millrace"));
        return store;
    }

    private Path pem(String kind, byte[] der, String name) throws IOException {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return Files.writeString(
                folder.resolve(name),
                "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n");
    }
}
