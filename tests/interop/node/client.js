// kafkajs as interop client: see tests/interop/README.md. NODE_PATH names the modules that tests/interop/fetch brought.
'use strict'
const { Kafka, CompressionTypes, CompressionCodecs, logLevel } = require('kafkajs')
const lz4 = require('lz4-napi')
const snappy = require('kafkajs-snappy')
const zstd = require('@bokuweb/zstd-wasm')

CompressionCodecs[CompressionTypes.Snappy] = snappy
CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress: async (encoder) => lz4.compressFrame(encoder.buffer),
  decompress: async (bytes) => lz4.decompressFrame(bytes),
})
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async (encoder) => Buffer.from(zstd.compress(encoder.buffer, 3)),
  decompress: async (bytes) => Buffer.from(zstd.decompress(bytes)),
})
const TYPES = {
  none: CompressionTypes.None, gzip: CompressionTypes.GZIP, snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4, zstd: CompressionTypes.ZSTD,
}

const keyOf = (record) => `k${record % 5}`
const valueOf = (record) => `${record}|${'abcdefghij'.repeat(40)}`
const say = (line) => process.stdout.write(line + '\n')
const connect = (bootstrap) => new Kafka({ clientId: 'interop', brokers: [bootstrap], logLevel: logLevel.ERROR, retry: { retries: 10 } })

function check(message) {
  const record = parseInt(message.value.toString().split('|', 1)[0], 10)
  const good = message.key?.toString() === keyOf(record) && message.value.toString() === valueOf(record)
  say(`${good ? 'record' : 'bad'} ${record}`)
}

async function produce(bootstrap, topic, codecs, first, count) {
  const producer = connect(bootstrap).producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false })
  await producer.connect()
  let next = parseInt(first, 10)
  for (const codec of codecs.split(',')) {
    const messages = Array.from({ length: parseInt(count, 10) }, () => {
      const record = next++
      return { key: keyOf(record), value: valueOf(record), headers: { codec } }
    })
    while (messages.length > 0)
      await producer.send({ topic, acks: -1, compression: TYPES[codec], messages: messages.splice(0, 100) })
  }
  await producer.disconnect()
  say('produced')
}

// kafkajs reads in groups only: one of its own, whose progress nobody looks at.
async function consume(bootstrap, topic, count) {
  let left = parseInt(count, 10)
  const consumer = connect(bootstrap).consumer({ groupId: `consume-${topic}-${process.pid}`, allowAutoTopicCreation: false })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await new Promise((done, failed) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => failed(payload.error))
    consumer.run({
      eachMessage: async ({ message }) => {
        if (left > 0) check(message)
        if (--left === 0) done()
      },
    })
  })
  await consumer.disconnect()
}

async function member(bootstrap, topic, groupId) {
  const consumer = connect(bootstrap).consumer({
    groupId, sessionTimeout: 6000, heartbeatInterval: 500, rebalanceTimeout: 20000, maxWaitTimeInMs: 300, allowAutoTopicCreation: false,
  })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await consumer.run({
    eachBatchAutoResolve: false,
    eachBatch: async ({ batch, heartbeat, resolveOffset, commitOffsetsIfNecessary, isRunning, isStale }) => {
      for (const message of batch.messages) {
        if (!isRunning() || isStale()) return
        check(message)
        resolveOffset(message.offset)
      }
      await commitOffsetsIfNecessary()
      await heartbeat()
    },
  })
  process.stdin.resume()
  await new Promise((ended) => process.stdin.on('end', ended))
  await consumer.disconnect()
  say('left')
}

const [command, ...rest] = process.argv.slice(2)
zstd.init()
  .then(() => ({ produce, consume, member })[command](...rest))
  .then(() => process.exit(0))
  .catch((failed) => {
    console.error(failed)
    process.exit(1)
  })
