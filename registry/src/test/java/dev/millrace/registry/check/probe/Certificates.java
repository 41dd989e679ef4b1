package dev.millrace.registry.check.probe;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A certificate of its own for 127.0.0.1 and localhost, made by the JDK's keytool. */
final class Certificates {
    private static final String PASSWORD = "password";

    private final KeyStore store;
    private final Path pem;

    Certificates(Path folder) throws IOException, InterruptedException, GeneralSecurityException {
        Path file = folder.resolve("keys.p12");
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        String command =
                keytool
                        + " -genkeypair -alias millrace -keyalg EC -dname CN=localhost"
                        + " -ext san=dns:localhost,ip:127.0.0.1 -validity 2 -storetype PKCS12"
                        + " -storepass password -keystore "
                        + file;
        int exit = new ProcessBuilder(command.split(" ")).inheritIO().start().waitFor();
        if (exit != 0) {
            throw new AssertionError("keytool: " + exit);
        }
        store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD.toCharArray());
        }
        pem = folder.resolve("authority.pem");
        Files.writeString(
                pem,
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                .encodeToString(store.getCertificate("millrace").getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
    }

    /** For those who are to trust it. */
    Path authority() {
        return pem;
    }

    KeyManagerFactory keys() throws GeneralSecurityException {
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD.toCharArray());
        return keys;
    }

    /** Where a peer with this certificate can listen. */
    ServerSocket server() throws GeneralSecurityException, IOException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys().getKeyManagers(), null, null);
        return context.getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }
}
