import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The Java client as interop client: see tests/interop/README.md. */
public final class Client {
    static String keyOf(long record) { return "k" + record % 5; }

    static String valueOf(long record) { return record + "|" + "abcdefghij".repeat(40); }

    static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    static void check(ConsumerRecord<String, String> message) {
        long record = Long.parseLong(message.value().substring(0, message.value().indexOf('|')));
        boolean good = keyOf(record).equals(message.key()) && valueOf(record).equals(message.value());
        say((good ? "record " : "bad ") + record);
    }

    static void produce(String bootstrap, String topic, String codecs, long first, long count) throws Exception {
        for (String codec : codecs.split(",")) {
            Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap, "acks", "all", "enable.idempotence", true,
                    "compression.type", codec, "linger.ms", 20);
            try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
                List<Future<?>> acknowledged = new ArrayList<>();
                for (long end = first + count; first < end; ++first) {
                    var record = new ProducerRecord<>(topic, keyOf(first), valueOf(first));
                    record.headers().add("codec", codec.getBytes(StandardCharsets.UTF_8));
                    acknowledged.add(producer.send(record));
                }
                for (var one : acknowledged) one.get();
            }
        }
        say("produced");
    }

    static KafkaConsumer<String, String> consumer(String bootstrap, Map<String, Object> more) {
        var settings = new java.util.HashMap<String, Object>(more);
        settings.put("bootstrap.servers", bootstrap);
        settings.put("enable.auto.commit", false);
        settings.put("auto.offset.reset", "earliest");
        return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
    }

    static void consume(String bootstrap, String topic, long count) {
        try (var consumer = consumer(bootstrap, Map.of())) {
            var partitions = consumer.partitionsFor(topic).stream().map(p -> new TopicPartition(topic, p.partition()))
                    .collect(Collectors.toList());
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (count > 0) {
                for (var record : consumer.poll(Duration.ofSeconds(1))) {
                    if (count-- > 0) check(record);
                }
            }
        }
    }

    static void member(String bootstrap, String topic, String group) throws Exception {
        try (var consumer = consumer(bootstrap, Map.of("group.id", group, "session.timeout.ms", 6000,
                "heartbeat.interval.ms", 500, "max.poll.records", 50))) {
            consumer.subscribe(List.of(topic));
            while (true) {
                ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(200));
                for (var record : records) check(record);
                if (!records.isEmpty()) {
                    try {
                        consumer.commitSync();
                    } catch (CommitFailedException | RebalanceInProgressException failed) {
                        // A rebalance came in between: whoever has the partition now reads it again.
                        say("uncommitted " + failed.getClass().getSimpleName());
                    }
                }
                if (inputEnded) break;
            }
        }
        say("left");
    }

    static volatile boolean inputEnded = false;

    public static void main(String[] arguments) throws Exception {
        String bootstrap = arguments[1];
        String topic = arguments[2];
        switch (arguments[0]) {
            case "produce" -> produce(bootstrap, topic, arguments[3], Long.parseLong(arguments[4]), Long.parseLong(arguments[5]));
            case "consume" -> consume(bootstrap, topic, Long.parseLong(arguments[3]));
            case "member" -> {
                var input = new Thread(() -> {
                    try {
                        while (System.in.read() >= 0) { }
                    } catch (java.io.IOException ended) {
                        // The same as its end.
                    }
                    inputEnded = true;
                });
                input.setDaemon(true);
                input.start();
                member(bootstrap, topic, arguments[3]);
            }
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }
}
