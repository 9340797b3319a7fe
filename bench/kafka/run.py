#!/usr/bin/env python3
"""Produce and fetch beside Apache Kafka, in one run.

Broker on one core, load program on the other; the same prebuilt batches of 1 KiB records for each broker; rounds
interleaved; Kafka as it comes and with a flush per request. Before a number is printed, what was fetched from each
broker is compared with what was produced: bytes, records and the sum of the batches' CRCs.

    bench/kafka/run.py [--rounds 5] [--megabytes 1000] [--partitions 16] [--batch-kib 64] [--json FILE]
"""
import argparse
import json
import mmap
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
WEFT = ROOT / "build/release/weft"
LOAD = ROOT / "build/release/bench/kafka_load"
KAFKA = ROOT / "tests/interop/kafka/start"
BROKER_CPU, LOAD_CPU = "0", "1"


class Broker:
    def __init__(self, name, command):
        self.name = name
        begun = time.monotonic()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
        ready = json.loads(self.process.stdout.readline())
        self.ready_ms = 1e3 * (time.monotonic() - begun)
        self.pid = ready.get("pid", self.process.pid)
        self.bootstrap = ready["kafka"]

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_anon_mb(self):
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("RssAnon"):
                return int(line.split()[1]) / 1024
        raise RuntimeError("no RssAnon")

    def load(self, *arguments):
        """One run of the load program: what it printed, and how busy both sides' cores were."""
        before, begun = self.cpu_seconds(), time.monotonic()
        done = subprocess.run(["taskset", "-c", LOAD_CPU, str(LOAD), self.bootstrap, *map(str, arguments)],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{self.name}: {done.stderr}")
        result = json.loads(done.stdout) if done.stdout.strip() else {}
        if result:
            result["broker_cpu_seconds"] = self.cpu_seconds() - before
            result["cpu_s_per_gb"] = result["broker_cpu_seconds"] / (result["bytes"] / 1e9)
            result["client_busy"] = result["client_cpu_seconds"] / result["seconds"]
            result["broker_busy"] = result["broker_cpu_seconds"] / (time.monotonic() - begun)
        return result

    def stop(self):
        self.process.terminate()
        self.process.wait()


def start_weft(data):
    return Broker("weft", ["taskset", "-c", BROKER_CPU, str(WEFT), "serve", "--data-dir", str(data), "--kafka", "127.0.0.1:0",
                           "--http", "127.0.0.1:0", "--registry", "127.0.0.1:0", "--ksql", "127.0.0.1:0", "--ready-json",
                           "--log-level", "warn"])


def start_kafka(name, data, *settings):
    arguments = [str(KAFKA), "kafka-4", "--data-dir", str(data), "--heap", "1g", "--cpu", BROKER_CPU]
    for setting in settings:
        arguments += ["--set", setting]
    return Broker(name, arguments)


def warm_memory(megabytes):
    """A hypervisor takes free memory back, and the first use of a page then costs 2 to 3 s per GB: far more than any
    broker. Whoever is measured next finds this much that was in use a moment ago."""
    mmap.mmap(-1, megabytes << 20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE).close()


def same(name, produced, fetched):
    for key in ("bytes", "records", "crc_sum"):
        if produced[key] != fetched[key]:
            sys.exit(f"{name}: produced {key} {produced[key]}, fetched {fetched[key]}: no figure is worth printing")


def median(rows, key):
    return statistics.median(row[key] for row in rows)


def spread(rows, key):
    values = sorted(row[key] for row in rows)
    return f"{statistics.median(values):.2f} [{values[0]:.2f}–{values[-1]:.2f}]"


def main():
    parse = argparse.ArgumentParser()
    parse.add_argument("--rounds", type=int, default=5)
    parse.add_argument("--megabytes", type=int, default=1000)
    parse.add_argument("--partitions", type=int, default=16)
    parse.add_argument("--batch-kib", type=int, default=64)
    parse.add_argument("--in-flight", type=int, default=5)
    parse.add_argument("--paced-seconds", type=int, default=10)
    parse.add_argument("--json")
    options = parse.parse_args()

    folder = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=ROOT / "build"))
    try:
        run(options, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(options, folder):
    first_ready = start_weft(folder / "weft")
    ready_empty = first_ready.ready_ms
    first_ready.stop()
    brokers = [start_weft(folder / "weft"), start_kafka("kafka", folder / "kafka"),
               start_kafka("kafka, flush per request", folder / "kafka-flush", "log.flush.interval.messages=1")]
    results = {broker.name: {"produce": [], "fetch": [], "paced": []} for broker in brokers}

    for broker in brokers:  # A JVM wants to get warm.
        broker.load("create", "warm", options.partitions)
        broker.load("produce", "warm", options.partitions, options.megabytes, options.batch_kib, options.in_flight)
        broker.load("fetch", "warm", options.partitions)
    for number in range(options.rounds):
        for broker in brokers[number % len(brokers):] + brokers[:number % len(brokers)]:
            topic = f"round-{number}"
            broker.load("create", topic, options.partitions)
            warm_memory(2 * options.megabytes)
            produced = broker.load("produce", topic, options.partitions, options.megabytes, options.batch_kib, options.in_flight)
            fetched = broker.load("fetch", topic, options.partitions)
            same(broker.name, produced, fetched)
            broker.load("create", topic + "-paced", options.partitions)
            paced = broker.load("paced", topic + "-paced", options.partitions, 20, options.paced_seconds)
            for what, row in (("produce", produced), ("fetch", fetched), ("paced", paced)):
                results[broker.name][what].append(row)
            print(f"round {number + 1} {broker.name}: produce {produced['mb_per_s']:.0f} MB/s, {produced['cpu_s_per_gb']:.2f} CPU-s/GB;"
                  f" fetch {fetched['mb_per_s']:.0f} MB/s; paced p99 {paced['p99_ms']:.2f} ms", file=sys.stderr)
    memory = {broker.name: broker.rss_anon_mb() for broker in brokers}
    ready = {broker.name: broker.ready_ms for broker in brokers}
    for broker in brokers:
        broker.stop()
    again = start_weft(folder / "weft")
    ready["weft"] = again.ready_ms
    again.stop()
    report(options, results, memory, ready, ready_empty)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps({"results": results, "rss_anon_mb": memory, "ready_ms": ready}, indent=1))


def verdict(holds):
    return "holds" if holds else "MISSED"


def report(options, results, memory, ready, ready_empty):
    print(f"\n{options.rounds} rounds, {options.megabytes} MB each, {options.partitions} partitions, batches of {options.batch_kib} × 1 KiB,"
          f" {options.in_flight} requests in flight; median [lowest–highest]\n")
    print("| | produce MB/s | CPU-s/GB | broker busy | client busy | fetch MB/s | fetch CPU-s/GB | p50 ms at 20 MB/s | p99 ms | RssAnon MB | ready ms |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for name, rows in results.items():
        print(f"| {name} | {spread(rows['produce'], 'mb_per_s')} | {spread(rows['produce'], 'cpu_s_per_gb')} |"
              f" {100 * median(rows['produce'], 'broker_busy'):.0f} % | {100 * median(rows['produce'], 'client_busy'):.0f} % |"
              f" {spread(rows['fetch'], 'mb_per_s')} | {spread(rows['fetch'], 'cpu_s_per_gb')} | {median(rows['paced'], 'p50_ms'):.2f} |"
              f" {spread(rows['paced'], 'p99_ms')} | {memory[name]:.0f} | {ready[name]:.0f} |")
    weft, kafka = results["weft"], results["kafka"]
    cpu = median(weft["produce"], "cpu_s_per_gb") / median(kafka["produce"], "cpu_s_per_gb")
    speed = median(weft["produce"], "mb_per_s") / median(kafka["produce"], "mb_per_s")
    rss = memory["weft"] / memory["kafka"]
    client_bound = median(weft["produce"], "client_busy") >= 0.95 and median(weft["produce"], "broker_busy") < 0.70
    print(f"\nCPU per GB {cpu:.2f} of Kafka's (wanted ≤ 0.33): {verdict(cpu <= 1 / 3)}")
    print(f"memory {rss:.3f} of Kafka's (wanted ≤ 0.1): {verdict(rss <= 0.1)}")
    print(f"ready in {ready_empty:.0f} ms on an empty folder, {ready['weft']:.0f} ms on what this run left (wanted ≤ 100): {verdict(ready_empty <= 100 and ready['weft'] <= 100)}")
    print(f"throughput {speed:.2f} × Kafka's without flush (wanted ≥ 1.2): {verdict(speed >= 1.2)}{' (client-bound)' if client_bound else ''}")


if __name__ == "__main__":
    main()
