"""confluent-kafka as interop client: see tests/interop/README.md."""
import os
import select
import sys

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition


def key_of(record):
    return f"k{record % 5}".encode()


def value_of(record):
    return f"{record}|{'abcdefghij' * 40}".encode()


def say(*words):
    print(*words, flush=True)


def check(message):
    record = int(message.value().split(b"|", 1)[0])
    good = message.key() == key_of(record) and message.value() == value_of(record)
    say("record" if good else "bad", record)


def produce(bootstrap, topic, codecs, first, count):
    first, count = int(first), int(count)
    for number, codec in enumerate(codecs.split(",")):
        failures = []
        producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True, "acks": "all",
                             "compression.type": codec, "linger.ms": 20})
        for record in range(first + number * count, first + (number + 1) * count):
            producer.produce(topic, key=key_of(record), value=value_of(record), headers={"codec": codec},
                             on_delivery=lambda error, _: failures.append(error) if error else None)
            producer.poll(0)
        if producer.flush() or failures:
            sys.exit(f"not acknowledged: {failures[:3]}")
    say("produced")


def consume(bootstrap, topic, count):
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "unused", "enable.auto.commit": False,
                         "auto.offset.reset": "earliest"})
    partitions = consumer.list_topics(topic).topics[topic].partitions
    consumer.assign([TopicPartition(topic, p, 0) for p in partitions])
    left = int(count)
    while left:
        for message in consumer.consume(min(left, 500), timeout=1):
            if message.error():
                raise KafkaException(message.error())
            check(message)
            left -= 1
    consumer.close()


def member(bootstrap, topic, group):
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group, "enable.auto.commit": False,
                         "auto.offset.reset": "earliest", "session.timeout.ms": 6000, "heartbeat.interval.ms": 500})
    consumer.subscribe([topic], on_assign=lambda _, parts: say("assigned", len(parts)))
    while True:
        messages = consumer.consume(50, timeout=0.2)
        for message in messages:
            if message.error():
                raise KafkaException(message.error())
            check(message)
        if messages:
            try:
                consumer.commit(asynchronous=False)
            except KafkaException as failed:
                say("uncommitted", failed)  # A rebalance came in between: whoever has the partition now reads it again.
        if select.select([sys.stdin], [], [], 0)[0] and not os.read(0, 100):
            break
    consumer.close()
    say("left")


def avro(bootstrap, registry, topic):
    """Keyed records in two versions of one schema, through the serializer and back through the deserializer."""
    from confluent_kafka.schema_registry import SchemaRegistryClient
    from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
    from confluent_kafka.serialization import MessageField, SerializationContext

    first = """{"type": "record", "name": "Trade", "namespace": "weft.interop", "fields": [
        {"name": "id", "type": "long"}, {"name": "symbol", "type": "string"},
        {"name": "side", "type": {"type": "enum", "name": "Side", "symbols": ["BUY", "SELL"]}}]}"""
    second = first[:-2] + ', {"name": "note", "type": ["null", "string"], "default": null}]}'
    client = SchemaRegistryClient({"url": registry})
    context = SerializationContext(topic, MessageField.VALUE)
    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True})
    sent = []
    for text in (first, second):
        serializer = AvroSerializer(client, text)
        for _ in range(50):
            trade = {"id": len(sent), "symbol": f"S{len(sent) % 7}", "side": "BUY" if len(sent) % 2 else "SELL"}
            if text is second:
                trade["note"] = None if len(sent) % 3 else "n"
            sent.append(trade)
            producer.produce(topic, partition=0, value=serializer(trade, context))
    assert producer.flush() == 0
    versions = client.get_versions(f"{topic}-value")
    assert versions == [1, 2], versions
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "unused", "enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, 0, 0)])
    deserializer = AvroDeserializer(client)
    got = []
    while len(got) < len(sent):
        for message in consumer.consume(100, timeout=1):
            if message.error():
                raise KafkaException(message.error())
            got.append(deserializer(message.value(), context))
    consumer.close()
    assert got == sent, "what came back is not what was sent"
    say("avro", len(got))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
