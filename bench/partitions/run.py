#!/usr/bin/env python3
"""Many partitions: produce to 1, 64 and 1,000 of them with the same bytes per batch, where there are records already
(steady) and where there are none yet (new), then consume all from the start, with the page cache as producing left it
(warm) and dropped (cold; needs root). Beside Apache Kafka, rounds interleaved.

    bench/partitions/run.py [--rounds 3] [--megabytes 400] [--batch-kib 64] [--weft-only] [--json FILE]
"""
import argparse
import json
import os
import pathlib
import shutil
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench/kafka"))
from run import median, same, spread, start_kafka, start_weft, verdict, warm_memory  # noqa: E402

COUNTS = (1, 64, 1000)
IN_FLIGHT = 16
DROP_CACHES = pathlib.Path("/proc/sys/vm/drop_caches")


def drop_caches():
    os.sync()
    DROP_CACHES.write_text("3\n")


def one_round(broker, number, count, options):
    topic, again = f"r{number}-{count}", f"r{number}-{count}-steady"
    broker.load("create", again, count)
    broker.load("produce", again, count, options.megabytes, options.batch_kib, IN_FLIGHT)
    warm_memory(2 * options.megabytes)
    steady = broker.load("produce", again, count, options.megabytes, options.batch_kib, IN_FLIGHT)
    broker.load("create", topic, count)
    warm_memory(2 * options.megabytes)
    produced = broker.load("produce", topic, count, options.megabytes, options.batch_kib, IN_FLIGHT)
    rows = {"steady": steady, "new": produced, "warm": broker.load("fetch", topic, count)}
    if os.access(DROP_CACHES, os.W_OK):
        drop_caches()
        rows["cold"] = broker.load("fetch", topic, count)
    for what in ("warm", "cold"):
        if what in rows:
            same(broker.name, produced, rows[what])
    return rows


def main():
    parse = argparse.ArgumentParser()
    parse.add_argument("--rounds", type=int, default=3)
    parse.add_argument("--megabytes", type=int, default=400)
    parse.add_argument("--batch-kib", type=int, default=64)
    parse.add_argument("--weft-only", action="store_true")
    parse.add_argument("--json", type=pathlib.Path)
    options = parse.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=ROOT / "build"))
    brokers = []
    try:
        brokers = [start_weft(folder / "weft")] + ([] if options.weft_only else [start_kafka("kafka", folder / "kafka")])
        for broker in brokers:
            one_round(broker, "warm-up", 16, options)
        results = {}
        for number in range(options.rounds):
            for count in COUNTS[number % len(COUNTS):] + COUNTS[:number % len(COUNTS)]:
                for broker in brokers:
                    rows = one_round(broker, number, count, options)
                    results.setdefault((broker.name, count), []).append(rows)
                    print(f"round {number + 1} {broker.name}, {count} partitions: " +
                          "; ".join(f"{what} {row['mb_per_s']:.0f} MB/s, {row['cpu_s_per_gb']:.2f} CPU-s/GB" for what, row in rows.items()),
                          file=sys.stderr)
        report(options, results)
        if options.json:
            options.json.write_text(json.dumps({f"{name} {count}": rows for (name, count), rows in results.items()}, indent=1))
    finally:
        for broker in brokers:
            broker.stop()
        shutil.rmtree(folder, ignore_errors=True)


def report(options, results):
    print(f"\n{options.rounds} rounds, {options.megabytes} MB each, batches of {options.batch_kib} × 1 KiB, {IN_FLIGHT} requests in"
          " flight; median [lowest–highest]; fetched was what was produced\n")
    kinds = list(next(iter(results.values()))[0])
    print("| broker, partitions | " + " | ".join(f"{kind} MB/s | {kind} CPU-s/GB" for kind in kinds) + " |")
    print("|---|" + "---|---|" * len(kinds))
    for (name, count), rounds in sorted(results.items(), reverse=True):
        cells = (f"{spread([r[kind] for r in rounds], 'mb_per_s')} | {spread([r[kind] for r in rounds], 'cpu_s_per_gb')}" for kind in kinds)
        print(f"| {name}, {count:,} | " + " | ".join(cells) + " |")
    for kind, what in (("steady", "that have records already"), ("new", "that had none: every file is made on the way")):
        one = median([r[kind] for r in results["weft", 1]], "mb_per_s")
        for count in COUNTS[1:]:
            ratio = median([r[kind] for r in results["weft", count]], "mb_per_s") / one
            print(f"\nproduce to {count:,} partitions {what}: {ratio:.2f} of one partition's throughput (wanted ≥ 0.80):"
                  f" {verdict(ratio >= 0.8)}")


if __name__ == "__main__":
    main()
