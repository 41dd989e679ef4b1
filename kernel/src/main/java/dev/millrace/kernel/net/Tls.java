package dev.millrace.kernel.net;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.config.Setting;
import dev.millrace.kernel.config.Settings;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import javax.net.ssl.SSLException;

/** The process's one certificate, and whom it trusts. PEM files, the JDK's own TLS. */
final class Tls {
    static final Setting<String> CERTIFICATE =
            Setting.text("net.tls.cert", "", "PEM file of the certificate chain");
    static final Setting<String> KEY =
            Setting.text("net.tls.key", "", "PEM file of the private key, PKCS #8");
    static final Setting<String> CLIENT_CA =
            Setting.text("net.tls.ca", "", "PEM file of the CA that clients' certificates need");

    static final List<Setting<?>> SETTINGS = List.of(CERTIFICATE, KEY, CLIENT_CA);

    private Tls() {}

    /**
     * A server's side.
     *
     * @param applications what is agreed on by ALPN, with clients that ask
     */
    static SslContext context(Settings settings, List<String> applications) throws BadSettings {
        try {
            SslContextBuilder builder =
                    SslContextBuilder.forServer(file(settings, CERTIFICATE), file(settings, KEY))
                            .sslProvider(SslProvider.JDK)
                            .protocols("TLSv1.3", "TLSv1.2");
            if (!settings.get(CLIENT_CA).isEmpty()) {
                builder.trustManager(file(settings, CLIENT_CA)).clientAuth(ClientAuth.REQUIRE);
            }
            if (!applications.isEmpty()) {
                builder.applicationProtocolConfig(
                        new ApplicationProtocolConfig(
                                ApplicationProtocolConfig.Protocol.ALPN,
                                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                                applications));
            }
            return builder.build();
        } catch (SSLException | IllegalArgumentException unusable) {
            throw BadSettings.of(
                    CERTIFICATE,
                    settings.get(CERTIFICATE) + ": " + unusable.getMessage(),
                    "a PEM certificate chain, and its PKCS #8 key in " + KEY.key());
        }
    }

    private static File file(Settings settings, Setting<String> setting) throws BadSettings {
        Path file = Path.of(settings.get(setting));
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw BadSettings.of(setting, "'" + file + "', unreadable", "a readable PEM file");
        }
        return file.toFile();
    }
}
