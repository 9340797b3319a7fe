#!/usr/bin/env python3
"""The registry beside Apicurio Registry (Maven Central), in one run.

Registry on one core, load program on the other; the same schemas, each under a subject of its own, over keep-alive
connections. Every answer is checked: a read's body is what was registered, different schemas get different ids. Apicurio
runs with its SQL storage on a file of its own; weft's registrations are durable before they are answered. Then weft alone
takes a million schemas, is stopped and killed, and starts on them again.

    bench/registry/run.py [--rounds 5] [--seconds 5] [--connections 64] [--schemas 1000000] [--json FILE]
"""
import argparse
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
WEFT = ROOT / "build/release/weft"
LOAD = ROOT / "build/release/bench/registry_load"
APICURIO = ROOT / "build/interop/apicurio"
SERVER_CPU, LOAD_CPU = "0", "1"
DISTINCT = 2_000  # Schemas that are read, and that Apicurio holds.


class Registry:
    """One running registry: `address` and the base path of Confluent's API."""

    def __init__(self, name, process, address, base, ready_ms):
        self.name, self.process, self.address, self.base, self.ready_ms = name, process, address, base, ready_ms

    def load(self, *arguments):
        before, begun = self.cpu_seconds(), time.monotonic()
        done = subprocess.run(["taskset", "-c", LOAD_CPU, str(LOAD), self.address, self.base, *map(str, arguments)], capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{self.name}: {done.stderr}")
        result = json.loads(done.stdout)
        result["server_busy"] = (self.cpu_seconds() - before) / (time.monotonic() - begun)
        result["client_busy"] = result["client_cpu_seconds"] / result["seconds"]
        return result

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("RssAnon"):
                return int(line.split()[1]) / 1024
        raise RuntimeError("no RssAnon")

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait()


def start_weft(data, cpus=SERVER_CPU):
    command = ["taskset", "-c", cpus, str(WEFT), "serve", "--data-dir", str(data), "--ready-json", "--log-level", "warn"]
    for surface in ("--kafka", "--http", "--registry", "--ksql"):
        command += [surface, "127.0.0.1:0"]
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    ready_ms = 1e3 * (time.monotonic() - begun)
    if not line:
        sys.exit("weft did not get ready")
    return Registry("weft", process, json.loads(line)["registry"], "", ready_ms)


def start_apicurio(data):
    subprocess.run([ROOT / "tests/interop/fetch", "apicurio"], check=True)
    runner = next(APICURIO.glob("*runner.jar"))
    port = 18_090
    command = ["taskset", "-c", SERVER_CPU, "java", "-Xmx2g", f"-Dquarkus.http.port={port}", "-Dquarkus.http.host=127.0.0.1",
               "-Dquarkus.http.access-log.enabled=false", f"-Dapicurio.datasource.url=jdbc:h2:file:{data}/registry", "-jar", str(runner)]
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    base = "/apis/ccompat/v7"
    while process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{base}/subjects", timeout=30).close()
            return Registry("Apicurio", process, f"127.0.0.1:{port}", base, 1e3 * (time.monotonic() - begun))
        except OSError:
            time.sleep(0.1)
    sys.exit("Apicurio did not get ready")


def measure(registry, options, registrations):
    """Rows of registrations and reads; each round registers new schemas and reads old ones."""
    registry.load("register", 0, DISTINCT, options.connections)  # What is read; a JVM gets warm.
    rows = {"register": [], "read": []}
    for number in range(options.rounds):
        rows["register"].append(registry.load("register", DISTINCT + number * registrations, registrations, options.connections))
        rows["read"].append(registry.load("read", DISTINCT, DISTINCT, options.connections, options.seconds))
        print(f"{registry.name} round {number + 1}: {rows['register'][-1]['per_s']:.0f} registrations/s,"
              f" {rows['read'][-1]['per_s']:.0f} reads/s", file=sys.stderr)
    rows["memory_mb"] = registry.memory_mb()
    return rows


def million(folder, options):
    """What `options.schemas` schemas cost: memory, time to the ready line after a stop and after kill -9, reads of any of them."""
    data = folder / "million"
    weft = start_weft(data)
    empty_mb = weft.memory_mb()
    filled = weft.load("register", 0, options.schemas, 256)
    result = {"empty_mb": empty_mb, "filled": filled, "ready_ms": [], "ready_two_cores_ms": []}
    for number in range(options.starts):
        weft.stop(signal.SIGKILL if number % 2 else signal.SIGTERM)
        weft = start_weft(data)
        result["ready_ms"].append(weft.ready_ms)
        result["loaded_mb"] = weft.memory_mb()
        weft.stop(signal.SIGKILL if number % 2 else signal.SIGTERM)
        weft = start_weft(data, f"{SERVER_CPU},{LOAD_CPU}")
        result["ready_two_cores_ms"].append(weft.ready_ms)
    weft.stop()
    weft = start_weft(data)
    result["read"] = weft.load("read", options.schemas, min(options.schemas, 500_000), options.connections, options.seconds)
    weft.stop()
    return result


def spread(rows, key):
    values = sorted(row[key] for row in rows)
    return f"{statistics.median(values):,.0f} [{values[0]:,.0f}–{values[-1]:,.0f}]"


def median(rows, key):
    return statistics.median(row[key] for row in rows)


def verdict(holds):
    return "holds" if holds else "MISSED"


def report(options, results, large):
    print(f"\n{options.rounds} rounds, {options.connections} connections, one request at a time on each; median [lowest–highest]\n")
    print("| | registrations/s | p50 ms | p99 ms | reads/s | p50 ms | p99 ms | server busy (reads) | client busy (reads) | RssAnon MB |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name, rows in results.items():
        print(f"| {name} | {spread(rows['register'], 'per_s')} | {median(rows['register'], 'p50_ms'):.1f} | {median(rows['register'], 'p99_ms'):.1f} |"
              f" {spread(rows['read'], 'per_s')} | {median(rows['read'], 'p50_ms'):.2f} | {median(rows['read'], 'p99_ms'):.2f} |"
              f" {100 * median(rows['read'], 'server_busy'):.0f} % | {100 * median(rows['read'], 'client_busy'):.0f} % | {rows['memory_mb']:.0f} |")
    weft = results["weft"]
    reads, writes = median(weft["read"], "per_s"), median(weft["register"], "per_s")
    print(f"\nreads/s {reads:,.0f} (wanted ≥ 30,000): {verdict(reads >= 30_000)}")
    print(f"durable registrations/s {writes:,.0f} (wanted ≥ 2,000): {verdict(writes >= 2_000)}")
    if "Apicurio" in results:
        other = results["Apicurio"]
        times = reads / median(other["read"], "per_s"), writes / median(other["register"], "per_s")
        print(f"{times[0]:.0f} × Apicurio's reads, {times[1]:.0f} × its registrations (wanted ≥ 10): {verdict(min(times) >= 10)}")
    if large:
        ready = sorted(large["ready_ms"])
        bytes_each = (large["loaded_mb"] - large["empty_mb"]) * 1024 * 1024 / options.schemas
        print(f"{options.schemas:,} schemas of 480 bytes, registered at {large['filled']['per_s']:,.0f}/s by 256 connections:")
        print(f"  ready on one core in {statistics.median(ready):,.0f} ms [{ready[0]:,.0f}–{ready[-1]:,.0f}] (wanted ≤ 3,000):"
              f" {verdict(statistics.median(ready) <= 3_000)}; with two cores {statistics.median(large['ready_two_cores_ms']):,.0f} ms")
        print(f"  {bytes_each:,.0f} bytes of memory per schema, its text, subject and version included")
        print(f"  {large['read']['per_s']:,.0f} reads/s of any of them")


def main():
    parse = argparse.ArgumentParser()
    parse.add_argument("--rounds", type=int, default=5)
    parse.add_argument("--seconds", type=int, default=5, help="of reading, per round")
    parse.add_argument("--connections", type=int, default=64)
    parse.add_argument("--schemas", type=int, default=1_000_000, help="0: not that part")
    parse.add_argument("--starts", type=int, default=4)
    parse.add_argument("--no-peer", action="store_true", help="without Apicurio")
    parse.add_argument("--directory", default=str(ROOT / "build"), help="on the disk to measure")
    parse.add_argument("--json")
    options = parse.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="registry-", dir=options.directory))
    results = {}
    try:
        for name, start, registrations in [("weft", start_weft, 20_000), ("Apicurio", start_apicurio, 500)]:
            if name == "Apicurio" and options.no_peer:
                continue
            registry = start(folder / name)
            results[name] = measure(registry, options, registrations)
            registry.stop()
        large = million(folder, options) if options.schemas else None
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    report(options, results, large)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps({"results": results, "large": large}, indent=1))


if __name__ == "__main__":
    main()
