#!/usr/bin/env python3
"""Compaction of many keyed records, and retention of a log of very many: how long they take, what compaction writes, and
what a producer of another topic notices meanwhile (open loop, beside the same load on the idle broker).

    bench/compaction/run.py [--records 10000000] [--keys 1000000] [--tiny 1000000000] [--rate 5] [--directory build]
"""
import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
WEFT = ROOT / "build/release/weft"
FILL = ROOT / "build/release/bench/compaction_fill"
LOAD = ROOT / "build/release/bench/kafka_load"


class Weft:
    def __init__(self, data):
        command = [str(WEFT), "serve", "--data-dir", str(data), "--ready-json", "--log-level", "info"]
        for surface in ("--kafka", "--http", "--registry", "--ksql"):
            command += [surface, "127.0.0.1:0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.lines = []
        threading.Thread(target=lambda: self.lines.extend(self.process.stderr), daemon=True).start()
        self.bootstrap = json.loads(self.process.stdout.readline())["kafka"]

    def run(self, program, *arguments):
        done = subprocess.run([str(program), self.bootstrap, *map(str, arguments)], stdout=subprocess.PIPE, text=True, check=True)
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def paced(self, rate, seconds):
        return self.run(LOAD, "paced", "load", 16, rate, seconds)

    def wait_for(self, what, seconds=600):
        """A line of the log that names all of `what`, from now on."""
        seen = len(self.lines)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for line in self.lines[seen:]:
                if all(word in line for word in what):
                    return line
            time.sleep(0.05)
        sys.exit(f"weft never said {what}")

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def stop(self):
        self.process.terminate()
        self.process.wait()


def compacted_bytes(data):
    """Of what compactions have written: 00000000000000000000-1.log."""
    return sum(path.stat().st_size for path in (data / "topics").rglob("*-*.log") if re.fullmatch(r"\d+-\d+\.log", path.name))


def show(name, load):
    print(f"{name}: p50 {load['p50_ms']:.2f} ms, p99 {load['p99_ms']:.2f} ms, max {load['max_ms']:.2f} ms")


def compaction(weft, data, options):
    weft.run(FILL, "create", "keyed", "cleanup.policy=compact", "min.cleanable.dirty.ratio=1", "min.compaction.lag.ms=86400000",
             "segment.bytes=67108864")
    filled = weft.run(FILL, "keyed", "keyed", options.records, options.keys)
    print(f"{filled['records']} records of {options.keys} keys, {filled['megabytes']} MB, produced in {filled['seconds']} s")
    show("load before", weft.paced(options.rate, 20))
    load = {}
    loader = threading.Thread(target=lambda: load.update(weft.paced(options.rate, options.seconds)))
    loader.start()
    cpu = weft.cpu_seconds()
    weft.run(FILL, "alter", "keyed", "min.compaction.lag.ms=0")
    weft.run(FILL, "alter", "keyed", "min.cleanable.dirty.ratio=0")
    line = weft.wait_for(["compacted", "topic="])
    while "records_dropped=" in line and int(re.search(r"records_dropped=(\d+)", line)[1]) < options.records / 100:
        line = weft.wait_for(["compacted", "topic="])
    took_ms, dropped, segments = (int(re.search(rf"\b{name}=(\d+)", line)[1]) for name in ("ms", "records_dropped", "segments"))
    print(f"compacted {segments} segments in {took_ms / 1000:.1f} s: {dropped} records dropped; {weft.cpu_seconds() - cpu:.1f} s of CPU, load included")
    loader.join()
    show("load meanwhile", load)
    written = compacted_bytes(data) / 1e6
    print(f"written by compaction: {written:.0f} MB, {written / filled['megabytes']:.3f} bytes per byte produced")


def retention(weft, data, options):
    weft.run(FILL, "create", "tiny", "segment.bytes=4194304", "retention.ms=-1")
    filled = weft.run(FILL, "tiny", "tiny", options.tiny)
    print(f"{filled['records']} records, {filled['megabytes']} MB, produced in {filled['seconds']} s")
    show("load before", weft.paced(options.rate, 20))
    load = {}
    loader = threading.Thread(target=lambda: load.update(weft.paced(options.rate, 30)))
    loader.start()
    weft.run(FILL, "alter", "tiny", "retention.ms=1")
    weft.wait_for(["retention deletes"])
    loader.join()
    bounds = weft.run(FILL, "bounds", "tiny")
    show(f"load while retention moved the log start to {bounds['start']} of {bounds['end']}", load)


def main():
    parse = argparse.ArgumentParser()
    parse.add_argument("--records", type=int, default=10_000_000)
    parse.add_argument("--keys", type=int, default=1_000_000)
    parse.add_argument("--tiny", type=int, default=1_000_000_000)
    parse.add_argument("--rate", type=float, default=5, help="MB/s of the load")
    parse.add_argument("--seconds", type=float, default=60, help="of load while compaction runs")
    parse.add_argument("--directory", type=pathlib.Path, default=ROOT / "build")
    options = parse.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=options.directory))
    weft = Weft(folder)
    try:
        weft.run(LOAD, "create", "load", 16)
        compaction(weft, folder, options)
        retention(weft, folder, options)
    finally:
        weft.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
