#!/usr/bin/env python3
"""Ready again: how long weft needs after kill -9 in the middle of produce load, and after a clean stop, with a large log.

Each round produces at full speed over the Kafka protocol, kills weft at a random moment, starts it on the same data and
takes the time from exec to the ready line. What the start had to replay comes from its own log. In `cold` rounds the
page cache is dropped before the start, as after a power cut (needs root).

    bench/restart/run.py [--rounds 8] [--gigabytes 1] [--directory build] [--seed N] [--json FILE]
"""
import argparse
import json
import os
import pathlib
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
WEFT = ROOT / "build/release/weft"
LOAD = ROOT / "build/release/bench/kafka_load"
SURFACES = ("--kafka", "--http", "--registry", "--ksql")
DROP_CACHES = pathlib.Path("/proc/sys/vm/drop_caches")

# Name, partitions, KiB per batch, requests in flight: few large batches, and many small ones that touch every partition.
LOADS = [("16 partitions, 64 KiB", 16, 64, 16), ("1,000 partitions, 4 KiB", 1000, 4, 64)]


class Weft:
    """One life of the process; `ready_ms` is from exec to the ready line."""

    def __init__(self, data):
        command = [str(WEFT), "serve", "--data-dir", str(data), "--ready-json", "--log-level", "info"]
        for surface in SURFACES:
            command += [surface, "127.0.0.1:0"]
        begun = time.monotonic()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.lines = []
        self.reader = threading.Thread(target=lambda: self.lines.extend(self.process.stderr), daemon=True)
        self.reader.start()
        line = self.process.stdout.readline()
        self.ready_ms = 1e3 * (time.monotonic() - begun)
        if not line:
            self.reader.join()
            sys.exit("weft did not get ready:\n" + "".join(self.lines[-20:]))
        self.bootstrap = json.loads(line)["kafka"]

    def replayed_mb(self):
        """What this start read from the journal."""
        for line in self.lines:
            if "journal replayed" in line:
                return int(re.search(r"\bbytes=(\d+)", line)[1]) / 1e6
        return 0.0

    def load(self, *arguments):
        return subprocess.Popen([str(LOAD), self.bootstrap, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def finish(self, *arguments):
        load = self.load(*arguments)
        printed, error = load.communicate()
        if load.returncode != 0:
            sys.exit(f"load: {error}")
        return json.loads(printed) if printed.strip() else {}

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()

    def stop(self):
        self.process.terminate()
        if self.process.wait() != 0:
            sys.exit("weft did not stop cleanly:\n" + "".join(self.lines[-20:]))
        self.reader.join()


def log_mb(data):
    return sum(f.stat().st_blocks * 512 for f in (data / "topics").rglob("*") if f.is_file()) / 1e6


def drop_caches():
    os.sync()
    DROP_CACHES.write_text("3\n")


def measure(options, dice, folder, name, partitions, batch_kib, in_flight):
    """Rows of: what came before the start, ready ms, MB replayed, MB of log."""
    data = folder / name.replace(" ", "-")
    weft = Weft(data)
    weft.finish("create", "load", partitions)
    weft.finish("produce", "load", partitions, options.gigabytes * 1000, batch_kib, in_flight)
    rows = []
    for number in range(options.rounds):
        load = weft.load("produce", "load", partitions, 1_000_000, batch_kib, in_flight)
        time.sleep(dice.uniform(0.3, 2.0))
        weft.kill()
        load.communicate()
        before = "kill"
        if number % 2 == 1 and os.access(DROP_CACHES, os.W_OK):
            drop_caches()
            before = "kill, cold"
        weft = Weft(data)
        rows.append((before, weft.ready_ms, weft.replayed_mb(), log_mb(data)))
        print(f"{name}, {before}: ready {rows[-1][1]:.0f} ms, {rows[-1][2]:.0f} MB replayed, {rows[-1][3]:.0f} MB of log", file=sys.stderr)
    for number in range(max(2, options.rounds // 2)):
        weft.finish("produce", "load", partitions, 50, batch_kib, in_flight)
        weft.stop()
        weft = Weft(data)
        rows.append(("clean stop", weft.ready_ms, weft.replayed_mb(), log_mb(data)))
    fetched = weft.finish("fetch", "load", partitions)
    print(f"{name}: {fetched['bytes'] / 1e6:.0f} MB read back, every batch's checksum held", file=sys.stderr)
    weft.stop()
    shutil.rmtree(data)
    return rows


def report(results):
    print("\n| load | start after | starts | ready ms: median [lowest–highest] | MB replayed: median, highest | MB of log |")
    print("|---|---|---|---|---|---|")
    worst = {}
    for name, rows in results.items():
        for before in dict.fromkeys(row[0] for row in rows):
            ready, replayed, sizes = zip(*((row[1], row[2], row[3]) for row in rows if row[0] == before))
            worst[before] = max(worst.get(before, 0), *ready)
            print(f"| {name} | {before} | {len(ready)} | {statistics.median(ready):.0f} [{min(ready):.0f}–{max(ready):.0f}] |"
                  f" {statistics.median(replayed):.0f}, {max(replayed):.0f} | {min(sizes):.0f}–{max(sizes):.0f} |")
    print()
    for before, slowest in worst.items():
        print(f"slowest start after {before}: {slowest:.0f} ms (wanted < 1000): {'holds' if slowest < 1000 else 'MISSED'}")
    if not os.access(DROP_CACHES, os.W_OK):
        print("the page cache could not be dropped here: no cold starts were measured")


def main():
    parse = argparse.ArgumentParser()
    parse.add_argument("--rounds", type=int, default=8)
    parse.add_argument("--gigabytes", type=float, default=1)
    parse.add_argument("--directory", default=str(ROOT / "build"), help="on the disk to measure")
    parse.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parse.add_argument("--json")
    options = parse.parse_args()
    print(f"seed {options.seed}", file=sys.stderr)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="restart-", dir=options.directory))
    try:
        results = {load[0]: measure(options, random.Random(options.seed), folder, *load) for load in LOADS}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    report(results)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
