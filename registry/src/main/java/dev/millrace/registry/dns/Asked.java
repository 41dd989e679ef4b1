package dev.millrace.registry.dns;

import java.net.InetAddress;
import java.util.Optional;

/** What the name of a question means. All text is in lower case. */
sealed interface Asked {
    /** {@code [tag.]<service>.service}, or {@code _service._tag.service}. */
    record Service(String name, Optional<String> tag) implements Asked {}

    /** {@code <node>.node}. */
    record Node(String name) implements Asked {}

    /** {@code <name or id>.query}. */
    record Prepared(String nameOrId) implements Asked {}

    /** {@code <hex>.addr}: the address that the name itself says. */
    record Address(InetAddress address) implements Asked {}

    /** A name below {@code arpa} that an address has. */
    record Reverse(InetAddress address) implements Asked {}

    /** The domain itself, or a name that others lie below: it is there, and has nothing. */
    record Hollow() implements Asked {}

    /** A name of ours that means nothing, or one of another datacenter. */
    record Unknown() implements Asked {}

    /** Not ours. */
    record Foreign() implements Asked {}
}
