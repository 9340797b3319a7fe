#!/usr/bin/env python3
"""What 2,000 partitions and 2,000 connections cost in memory, beside Apache Kafka.

Step by step, each on top of the one before: an empty broker; a topic of 2,000 partitions with records in each; 2,000
connections that have asked for metadata; every one of them waiting in a fetch at the end of its own partition; and half
of them asking for 50 MB and taking nothing of it, five times as much as weft may hold. Prints RssAnon of the broker
after each step; then checks that a producer is still served, and how fast.

    bench/memory/run.py [--connections 2000] [--partitions 2000] [--json FILE] [--weft-only]
"""
import argparse
import json
import os
import pathlib
import resource
import socket
import struct
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "bench/kafka"), str(ROOT / "tests/interop")]
import run as kafka_bench  # noqa: E402
import wire  # noqa: E402

SETTLE_SECONDS = 2  # For what a step has started to be over: nothing answers to wait for.
FETCH_BYTES = 50 << 20


def request(api, version, body):
    header = struct.pack(">hhih", api, version, 1, -1)
    return struct.pack(">i", len(header) + len(body)) + header + body


def fetch(topic, partition, offset, wait_ms):
    """Fetch v4: replica, wait, min bytes, max bytes, isolation, [topic, [partition, offset, max bytes]]"""
    return request(1, 4, struct.pack(">iiiib", -1, wait_ms, 1, FETCH_BYTES, 0) + struct.pack(">i", 1) + wire.text(topic) +
                   struct.pack(">iiqi", 1, partition, offset, FETCH_BYTES))


def end_offset(connection, topic, partition):
    """ListOffsets v1: error, timestamp, offset"""
    answer = connection.call(2, 1, struct.pack(">ii", -1, 1) + wire.text(topic) + struct.pack(">iiq", 1, partition, -1))
    return struct.unpack(">q", answer[-8:])[0]


class Steps:
    def __init__(self, broker):
        self.broker = broker
        self.rows = []
        self.take("empty")

    def take(self, step):
        time.sleep(SETTLE_SECONDS)
        self.rows.append((step, self.broker.rss_anon_mb()))
        print(f"{self.broker.name}, {step}: {self.rows[-1][1]:.1f} MB", file=sys.stderr)


def measure(broker, options):
    steps = Steps(broker)
    broker.load("create", "wide", options.partitions)
    broker.load("produce", "wide", options.partitions, 8 * options.partitions // 1000 or 1, 4, 64)
    steps.take(f"{options.partitions:,} partitions")
    broker.load("create", "deep", 1)
    broker.load("produce", "deep", 1, 200, 64, 16)
    steps.take("200 MB in another topic")

    connections = [wire.Connection(broker.bootstrap) for _ in range(options.connections)]
    for connection in connections:
        connection.call(3, 1, struct.pack(">i", 1) + wire.text("deep"))
    steps.take(f"{options.connections:,} connections")
    for number, connection in enumerate(connections):
        partition = number % options.partitions
        offset = end_offset(connection, "wide", partition)
        connection.socket.sendall(fetch("wide", partition, offset, 60_000))
    steps.take("each waiting in a fetch")

    slow = [wire.Connection(broker.bootstrap) for _ in range(options.connections // 2)]
    for connection in slow:
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.socket.sendall(fetch("deep", 0, 0, 500))
    steps.take(f"{len(slow):,} more that ask for 50 MB and take none")
    served = broker.load("produce", "deep", 1, 100, 64, 16)
    steps.take("a producer beside them")
    for connection in connections + slow:
        connection.close()
    steps.take("all gone")
    return {"rows": steps.rows, "produce_mb_per_s": served["bytes"] / 1e6 / served["seconds"]}


def main():
    parse = argparse.ArgumentParser()
    parse.add_argument("--connections", type=int, default=2000)
    parse.add_argument("--partitions", type=int, default=2000)
    parse.add_argument("--weft-only", action="store_true")
    parse.add_argument("--json", type=pathlib.Path)
    options = parse.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    results = {}
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        brokers = [lambda: kafka_bench.start_weft(pathlib.Path(folder) / "weft")]
        if not options.weft_only:
            brokers.append(lambda: kafka_bench.start_kafka("Apache Kafka", pathlib.Path(folder) / "kafka"))
        for start in brokers:
            broker = start()
            results[broker.name] = measure(broker, options)
            broker.stop()
    names = list(results)
    print("\n| RssAnon in MB after | " + " | ".join(names) + " |\n|---|" + "---|" * len(names))
    for at, (step, _) in enumerate(results[names[0]]["rows"]):
        print(f"| {step} | " + " | ".join(f"{results[name]['rows'][at][1]:.1f}" for name in names) + " |")
    for name in names:
        print(f"{name}: the producer beside the slow ones got {results[name]['produce_mb_per_s']:.0f} MB/s")
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
