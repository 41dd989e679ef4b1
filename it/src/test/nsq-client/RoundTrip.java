import com.github.brainlag.nsq.NSQConsumer;
import com.github.brainlag.nsq.NSQProducer;
import com.github.brainlag.nsq.lookup.DefaultNSQLookup;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * nsq-client on the libraries that it was released with, whose Netty is not the one of the other
 * tests: so it is a program of its own. Arguments: the port of nsqd, and of the lookup's HTTP.
 */
final class RoundTrip {
    private static final int MESSAGES = 300;

    private RoundTrip() {}

    public static void main(String[] arguments) throws Exception {
        NSQProducer producer =
                new NSQProducer().addAddress("127.0.0.1", Integer.parseInt(arguments[0])).start();
        List<byte[]> batch = new ArrayList<>();
        for (int i = 0; i < MESSAGES; i++) {
            byte[] body = ("m" + i).getBytes(StandardCharsets.UTF_8);
            if (i % 3 == 0) {
                producer.produce("round", body);
            } else {
                batch.add(body);
            }
        }
        producer.produceMulti("round", batch);
        DefaultNSQLookup lookup = new DefaultNSQLookup();
        lookup.addLookupAddress("127.0.0.1", Integer.parseInt(arguments[1]));
        Set<String> arrived = new ConcurrentSkipListSet<>();
        CountDownLatch all = new CountDownLatch(MESSAGES);
        NSQConsumer consumer =
                new NSQConsumer(
                        lookup,
                        "round",
                        "channel",
                        message -> {
                            String body = new String(message.getMessage(), StandardCharsets.UTF_8);
                            if (message.getAttempts() == 1 && body.endsWith("7")) {
                                message.requeue(10);
                                return;
                            }
                            message.finished();
                            if (arrived.add(body)) {
                                all.countDown();
                            }
                        });
        consumer.start();
        boolean complete = all.await(30, TimeUnit.SECONDS);
        System.out.println("arrived " + arrived.size() + " of " + MESSAGES);
        System.exit(complete ? 0 : 1);
    }
}
