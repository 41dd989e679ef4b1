package dev.millrace.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A server's certificate and a client's, each of which the other side trusts. */
public final class Certificates {
    private static final char[] PASSWORD = "password".toCharArray();

    private final Path folder;
    private final KeyStore server;
    private final KeyStore client;

    public Certificates(Path folder, String clientName)
            throws IOException, GeneralSecurityException, InterruptedException {
        this.folder = folder;
        this.server = keys("localhost");
        this.client = keys(clientName);
    }

    private KeyStore keys(String name)
            throws IOException, GeneralSecurityException, InterruptedException {
        Path file = folder.resolve(name + ".p12");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of("-genkeypair", "-alias", "own", "-keyalg", "EC", "-validity", "2"));
        command.addAll(List.of("-ext", "SAN=ip:127.0.0.1"));
        command.addAll(List.of("-dname", "CN=" + name, "-storetype", "PKCS12"));
        command.addAll(List.of("-storepass", new String(PASSWORD), "-keystore", file.toString()));
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        return store;
    }

    /** What the node is told of them. */
    public String[] settings() throws IOException, GeneralSecurityException {
        return new String[] {
            "net.tls.cert=" + pem("CERTIFICATE", server.getCertificate("own").getEncoded()),
            "net.tls.key=" + pem("PRIVATE KEY", server.getKey("own", PASSWORD).getEncoded()),
            "net.tls.ca=" + pem("CERTIFICATE", client.getCertificate("own").getEncoded())
        };
    }

    /** The same without a client's. */
    public String[] serverSettings() throws IOException, GeneralSecurityException {
        return Arrays.copyOf(settings(), 2);
    }

    /** The server's certificate, which a client may trust. */
    public Path serverCertificate() throws IOException, GeneralSecurityException {
        return pem("CERTIFICATE", server.getCertificate("own").getEncoded());
    }

    private Path pem(String kind, byte[] der) throws IOException {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return Files.writeString(
                Files.createTempFile(folder, "tls", ".pem"),
                "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n");
    }

    /** What the client shows and trusts. */
    public SSLContext context() throws IOException, GeneralSecurityException {
        KeyManagerFactory shown =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        shown.init(client, PASSWORD);
        KeyStore servers = KeyStore.getInstance("PKCS12");
        servers.load(null, null);
        servers.setCertificateEntry("server", server.getCertificate("own"));
        TrustManagerFactory trusted =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(servers);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(shown.getKeyManagers(), trusted.getTrustManagers(), null);
        return context;
    }
}
