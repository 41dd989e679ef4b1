import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writers in a closed loop, each with Kafka's own producer: PORT WRITERS BYTES SECONDS. The next
 * record goes when all replicas (there is one) have acknowledged the last. Prints records a second.
 */
class KafkaLoad {
    public static void main(String[] arguments) throws Exception {
        String port = arguments[0];
        int writers = Integer.parseInt(arguments[1]);
        byte[] data = new byte[Integer.parseInt(arguments[2])];
        double seconds = Double.parseDouble(arguments[3]);
        List<KafkaProducer<byte[], byte[]>> producers = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            Properties settings = new Properties();
            settings.put("bootstrap.servers", "127.0.0.1:" + port);
            settings.put("acks", "all");
            settings.put("linger.ms", "0");
            producers.add(
                    new KafkaProducer<>(
                            settings, new ByteArraySerializer(), new ByteArraySerializer()));
            producers.getLast().partitionsFor("bench");
        }
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            long start = System.nanoTime();
            long end = start + (long) (seconds * 1e9);
            List<Future<Long>> all = new ArrayList<>();
            for (KafkaProducer<byte[], byte[]> producer : producers) {
                all.add(
                        threads.submit(
                                () -> {
                                    long sent = 0;
                                    for (; System.nanoTime() < end; sent++) {
                                        producer.send(new ProducerRecord<>("bench", data)).get();
                                    }
                                    return sent;
                                }));
            }
            long sum = 0;
            for (Future<Long> one : all) {
                sum += one.get();
            }
            System.out.println("rate " + sum / ((System.nanoTime() - start) / 1e9));
        }
        System.exit(0);
    }
}
