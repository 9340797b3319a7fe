// @confluentinc/schemaregistry and @kafkajs/confluent-schema-registry, carried by kafkajs: see tests/interop/serdes/README.md.
const fs = require('node:fs');
const path = require('node:path');
const { Kafka, logLevel } = require('kafkajs');
const confluent = require('@confluentinc/schemaregistry');
const { SchemaRegistry, SchemaType } = require('@kafkajs/confluent-schema-registry');
const { create, createFileRegistry, createMutableRegistry, fromJson } = require('@bufbuild/protobuf');
const { FileDescriptorSetSchema } = require('@bufbuild/protobuf/wkt');

const text = (name) => fs.readFileSync(path.join(__dirname, '..', 'schemas', name), 'utf8');
const CURRENCIES = ['EUR', 'USD'];

// ---- Each library: topic and order to bytes, topic and bytes to an order.

function confluentJavascript(registry) {
  const client = new confluent.SchemaRegistryClient({ baseURLs: [registry], cacheCapacity: 1000, cacheLatestTtlSecs: 60 });
  const files = createFileRegistry(fromJson(FileDescriptorSetSchema, JSON.parse(text('descriptors.json'))));
  const kind = files.getMessage('weft.interop.Order');
  const { SerdeType } = confluent;
  const latest = { useLatestVersion: true };
  const writers = {
    avro: new confluent.AvroSerializer(client, SerdeType.VALUE, latest),
    json: new confluent.JsonSerializer(client, SerdeType.VALUE, { ...latest, validate: true }),
    protobuf: new confluent.ProtobufSerializer(client, SerdeType.VALUE, { autoRegisterSchemas: true, registry: createMutableRegistry(files) }),
  };
  const readers = {
    avro: new confluent.AvroDeserializer(client, SerdeType.VALUE, {}),
    json: new confluent.JsonDeserializer(client, SerdeType.VALUE, { validate: true }),
    protobuf: new confluent.ProtobufDeserializer(client, SerdeType.VALUE, {}),
  };
  const toMessage = (order) => create(kind, {
    orderId: BigInt(order.order_id), customer: order.customer, rate: order.rate, paid: order.paid, tags: order.tags,
    price: { cents: BigInt(order.price.cents), currency: CURRENCIES.indexOf(order.price.currency) },
    note: order.note ?? undefined,
  });
  const fromMessage = (message) => ({
    order_id: Number(message.orderId), customer: message.customer, rate: message.rate, paid: message.paid, tags: message.tags,
    price: { cents: Number(message.price.cents), currency: CURRENCIES[message.price.currency] }, note: message.note ?? null,
  });
  return {
    async prepare(form, topic) {
      const [schemaType, name] = { avro: ['AVRO', 'order.avsc'], json: ['JSON', 'order.schema.json'] }[form] ?? [];
      if (name) await client.register(`${topic}-value`, { schemaType, schema: text(name) }, false);
    },
    write: (form, topic, order) => writers[form].serialize(topic, form === 'protobuf' ? toMessage(order) : order),
    read: async (form, topic, bytes) => {
      const order = await readers[form].deserialize(topic, bytes);
      return form === 'protobuf' ? fromMessage(order) : order;
    },
  };
}

function kafkajsRegistry(registry) {
  // The first file it parses is order.proto; it looks for money.proto's types in the references.
  const client = new SchemaRegistry({ host: registry });
  const ids = {};
  const toMessage = (order) => ({
    orderId: order.order_id, customer: order.customer, rate: order.rate, paid: order.paid, tags: order.tags,
    price: { cents: order.price.cents, currency: CURRENCIES.indexOf(order.price.currency) }, ...(order.note === null ? {} : { note: order.note }),
  });
  const fromMessage = (message) => ({
    order_id: Number(message.orderId), customer: message.customer, rate: message.rate, paid: message.paid, tags: message.tags,
    price: { cents: Number(message.price.cents), currency: CURRENCIES[message.price.currency] },
    note: Object.hasOwn(message, 'note') ? message.note : null,
  });
  return {
    async prepare(form, topic) {
      const subject = `${topic}-value`;
      const options = { subject, compatibility: 'BACKWARD' };
      if (form === 'avro') ids[topic] = (await client.register({ type: SchemaType.AVRO, schema: text('order.avsc') }, options)).id;
      if (form === 'json') ids[topic] = (await client.register({ type: SchemaType.JSON, schema: text('order.schema.json') }, options)).id;
      if (form === 'protobuf') {
        await client.register({ type: SchemaType.PROTOBUF, schema: text('money.proto') }, { subject: 'money.proto', compatibility: 'BACKWARD' });
        const references = [{ name: 'money.proto', subject: 'money.proto', version: 1 }];
        ids[topic] = (await client.register({ type: SchemaType.PROTOBUF, schema: text('order.proto'), references }, options)).id;
      }
    },
    write: (form, topic, order) => client.encode(ids[topic], form === 'protobuf' ? toMessage(order) : order),
    read: async (form, topic, bytes) => {
      const order = await client.decode(bytes);
      return form === 'protobuf' ? fromMessage(order) : order;
    },
  };
}

const LIBRARIES = { 'confluent-javascript': confluentJavascript, 'kafkajs-registry': kafkajsRegistry };

// ---- The commands

async function write(name, bootstrap, registry, orders) {
  const library = LIBRARIES[name](registry);
  const producer = new Kafka({ brokers: [bootstrap], logLevel: logLevel.ERROR }).producer({ idempotent: true });
  await producer.connect();
  for (const form of ['avro', 'json', 'protobuf']) {
    const topic = `orders-${form}-${name}`;
    await library.prepare(form, topic);
    const messages = [];
    for (const order of JSON.parse(fs.readFileSync(orders, 'utf8'))) messages.push({ partition: 0, value: await library.write(form, topic, order) });
    await producer.send({ topic, acks: -1, messages });
  }
  await producer.disconnect();
}

async function read(name, bootstrap, registry, count, ...topics) {
  const library = LIBRARIES[name](registry);
  const consumer = new Kafka({ brokers: [bootstrap], logLevel: logLevel.ERROR }).consumer({ groupId: `serdes-${name}` });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  let left = Number(count) * topics.length;
  await new Promise((done, failed) => {
    consumer.run({
      eachMessage: async ({ topic, message }) => {
        try {
          console.log(topic, JSON.stringify(await library.read(topic.split('-')[1], topic, message.value)));
        } catch (why) {
          failed(new Error(`${topic}: ${why.message}`, { cause: why }));
        }
        if (--left === 0) done();
      },
    }).catch(failed);
  });
  await consumer.disconnect();
}

const [name, command, ...rest] = process.argv.slice(2);
({ write, read })[command](name, ...rest).then(() => process.exit(0), (why) => {
  console.error(why);
  process.exit(1);
});
