#!/usr/bin/env python3
"""How fast records are searched through on the server: 1 KiB Avro records, as they lie in the log.

One weft, one topic of three partitions. Each search goes over all of it through the HTTP API, step by step; what it finds is
compared with what was produced, and with what `weft consume --where` finds. While the longest runs, another connection
asks for /healthz without a pause: how long that takes is how long the event loop was held.

    bench/samples/run.py [--records 300000] [--rounds 3]
"""
import argparse
import json
import pathlib
import signal
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
WEFT = ROOT / "build/release/weft"
FIELDS = 20  # Texts of 45 characters beside the fields that are searched: 1 KiB in all.
TOPIC = "orders"
FILTERS = {  # Name: filter, and whether the record of a number matches.
    "no filter": ("", None),
    "key": ('key = "k77"', lambda i: i % 1000 == 77),
    "field, one in 1,000": ('customer.city = "city-77"', lambda i: i % 1000 == 77),
    "number, one in 1,000": ("n < 300 and n >= 0", lambda i: i < 300),
    "text anywhere, none": ('value contains "not there"', lambda i: False),
}


def schema():
    texts = [{"name": f"text_{i}", "type": "string"} for i in range(FIELDS)]
    customer = {"type": "record", "name": "Customer", "fields": [{"name": "id", "type": "long"}, {"name": "city", "type": "string"}]}
    fields = [{"name": "id", "type": "string"}, *texts, {"name": "customer", "type": customer}, {"name": "n", "type": "long"}]
    return json.dumps({"type": "record", "name": "Order", "fields": fields})


def lines(count):
    texts = {f"text_{i}": "abcdefghi" * 5 for i in range(FIELDS)}
    for i in range(count):
        yield json.dumps({"id": f"k{i % 1000}", **texts, "customer": {"id": i, "city": f"city-{i % 1000}"}, "n": i}) + "\n"


class Weft:
    def __init__(self, folder):
        ports = [part for name in ("kafka", "http", "registry", "ksql") for part in (f"--{name}", "127.0.0.1:0")]
        self.process = subprocess.Popen([WEFT, "demo", "--data-dir", folder, *ports, "--ready-json", "--log-level", "error"],
                                        stdout=subprocess.PIPE, text=True)
        self.url = "http://" + json.loads(self.process.stdout.readline())["http"]

    def run(self, *arguments, stdin=None):
        done = subprocess.run([WEFT, *arguments, "--server", self.url], input=stdin, capture_output=True, text=True, check=True)
        return done.stdout

    def get(self, path, **query):
        with urllib.request.urlopen(f"{self.url}{path}?{urllib.parse.urlencode(query)}") as answer:
            return json.load(answer)

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100


def search(weft, where, order):
    """Records read, bytes read, matches, seconds, CPU seconds of the server."""
    path = f"/api/v1/products/analytics/{TOPIC}/samples"
    cursor = weft.get(f"{path}/plan", where=where, records_max=10_000_000, **{"from": order})["cursor"]
    cpu, begun = weft.cpu_seconds(), time.monotonic()
    read = bytes_read = matches = 0
    while cursor:
        step = weft.get(f"{path}/scan", where=where, cursor=cursor, limit=500)
        read += step["scanned"]["records"]
        bytes_read += step["scanned"]["bytes"]
        matches += len(step["records"])
        cursor = step["cursor"]
    return read, bytes_read, matches, time.monotonic() - begun, weft.cpu_seconds() - cpu


def health_while(weft, act):
    """Milliseconds of each question for /healthz while `act` runs."""
    took, done = [], threading.Event()

    def ask():
        while not done.is_set():
            begun = time.monotonic()
            with urllib.request.urlopen(f"{weft.url}/healthz") as answer:
                answer.read()
            took.append((time.monotonic() - begun) * 1000)

    thread = threading.Thread(target=ask)
    thread.start()
    act()
    done.set()
    thread.join()
    return sorted(took)


def measure(weft, options):
    weft.run("topic", "create", TOPIC, "--partitions", "3")
    weft.run("schema", "register", f"{TOPIC}-value", "-", stdin=schema())
    weft.run("produce", TOPIC, "--key-field", "id", stdin="".join(lines(options.records)))
    weft.run("product", "publish", f"analytics/{TOPIC}", "--owner", "analytics-team", "--quality", "raw", "--sla", "3", "--tag", "bench",
             "--topic", TOPIC, "--description", "Records of one KiB, to be searched through.", "--as", "mkovac")
    print("| search | matches | records/s | MB/s | CPU µs a record |\n|---|---|---|---|---|")
    for name, (where, matches) in FILTERS.items():
        if not where:
            continue
        expected = sum(map(matches, range(options.records)))
        for order in ("earliest", "newest"):
            rounds = [search(weft, where, order) for _ in range(options.rounds)]
            for read, _, found, _, _ in rounds:
                assert found == expected and read >= options.records, (name, order, found, expected, read)
            rate = statistics.median(read / seconds for read, _, _, seconds, _ in rounds)
            speed = statistics.median(read_bytes / seconds / 1e6 for _, read_bytes, _, seconds, _ in rounds)
            cpu = statistics.median(seconds / read * 1e6 for read, _, _, _, seconds in rounds)
            print(f"| {name}, from {order} | {expected} | {rate:,.0f} | {speed:.0f} | {cpu:.2f} |")
        consumed = weft.run("consume", TOPIC, "--from", "earliest", "--no-follow", "--json", "--where", where).splitlines()
        assert len(consumed) == expected, (name, len(consumed))
    begun = time.monotonic()
    weft.run("consume", TOPIC, "--from", "earliest", "--no-follow", "--where", "n = 5")
    print(f"\n`weft consume --where 'n = 5'` over the Kafka protocol: {options.records / (time.monotonic() - begun):,.0f} records/s")
    idle = health_while(weft, lambda: time.sleep(1))
    busy = health_while(weft, lambda: search(weft, "n = 5", "earliest"))
    for name, took in (("idle", idle), ("while a search runs", busy)):
        print(f"/healthz, {name}: median {statistics.median(took):.1f} ms, p99 {took[int(len(took) * 0.99)]:.1f} ms, "
              f"longest {took[-1]:.1f} ms of {len(took)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="weft-samples-") as folder:
        weft = Weft(folder)
        try:
            measure(weft, options)
        finally:
            weft.process.send_signal(signal.SIGTERM)
            weft.process.wait()


if __name__ == "__main__":
    main()
