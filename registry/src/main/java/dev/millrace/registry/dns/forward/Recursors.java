package dev.millrace.registry.dns.forward;

import io.netty.util.NetUtil;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The resolvers that were configured, in the order in which they are asked.
 *
 * @param shuffled whether the first is chosen by chance
 */
public record Recursors(List<InetSocketAddress> addresses, boolean shuffled) {
    private static final int DNS_PORT = 53;
    private static final int PORT_MAX = 65_535;

    public Recursors {
        addresses = List.copyOf(addresses);
    }

    /** The address that a text says: {@code 10.0.0.2}, {@code 10.0.0.2:53}, {@code [::1]:53}. */
    public static Optional<InetSocketAddress> address(String text) {
        Optional<InetAddress> whole = ip(text);
        if (whole.isPresent()) {
            return Optional.of(new InetSocketAddress(whole.get(), DNS_PORT));
        }
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            return Optional.empty();
        }
        String host = text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        Optional<InetAddress> ip = ip(bracketed ? host.substring(1, host.length() - 1) : host);
        Optional<Integer> port = port(text.substring(colon + 1));
        return ip.flatMap(there -> port.map(number -> new InetSocketAddress(there, number)));
    }

    private static Optional<InetAddress> ip(String text) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
        if (bytes == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByAddress(bytes));
        } catch (UnknownHostException neither4Nor16) {
            return Optional.empty();
        }
    }

    private static Optional<Integer> port(String text) {
        if (text.isEmpty() || text.length() > 5 || !text.chars().allMatch(Character::isDigit)) {
            return Optional.empty();
        }
        int port = Integer.parseInt(text);
        return port >= 1 && port <= PORT_MAX ? Optional.of(port) : Optional.empty();
    }

    /** Whether one of them is this server itself: a question would come back for ever. */
    public Optional<InetSocketAddress> loop(InetSocketAddress own) {
        return addresses.stream()
                .filter(there -> there.getPort() == own.getPort())
                .filter(there -> isSame(there.getAddress(), own.getAddress()))
                .findFirst();
    }

    private static boolean isSame(InetAddress there, InetAddress own) {
        if (!own.isAnyLocalAddress()) {
            return there.equals(own) || there.isAnyLocalAddress();
        }
        try {
            return there.isAnyLocalAddress()
                    || there.isLoopbackAddress()
                    || NetworkInterface.getByInetAddress(there) != null;
        } catch (SocketException unknown) {
            return false;
        }
    }

    /** The order for one question. */
    List<InetSocketAddress> order(RandomGenerator random) {
        if (!shuffled || addresses.size() < 2) {
            return addresses;
        }
        List<InetSocketAddress> order = new ArrayList<>(addresses);
        Collections.rotate(order, random.nextInt(order.size()));
        return order;
    }
}
