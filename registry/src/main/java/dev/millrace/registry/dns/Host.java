package dev.millrace.registry.dns;

import dev.millrace.registry.dns.wire.DomainName;
import dev.millrace.registry.dns.wire.RecordType;

import io.netty.util.NetUtil;

import java.util.Optional;

/** What is registered as an address: one of IP, or the name of a host. */
sealed interface Host {
    /** An IPv4 address, 4 bytes, or an IPv6 address, 16. */
    record Ip(byte[] bytes) implements Host {
        int type() {
            return bytes.length == 4 ? RecordType.A : RecordType.AAAA;
        }

        /** Whether it is what a question of that type asks for. */
        boolean answers(int type) {
            return type == RecordType.ANY || type == type();
        }
    }

    /** A name, whose addresses somebody else may know. */
    record Named(DomainName name) implements Host {}

    /** What a text says; nothing if it is empty, or no name either. */
    static Optional<Host> of(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        // Not a look-up: what is no address in digits gives null.
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
        return bytes != null ? Optional.of(new Ip(bytes)) : DomainName.of(text).map(Named::new);
    }
}
