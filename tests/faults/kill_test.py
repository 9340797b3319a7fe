"""Kills weft in the middle of work and checks what it had promised: README.md.

    tests/faults/run kill_test.py build/release/weft [--kills N] [--fill-mb N] [--seed N]
"""
import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

PRODUCERS = 3
PARTITIONS = 4
PATIENCE = 120  # seconds without progress until a run counts as hung
SURFACES = ("kafka", "http", "registry", "ksql")

DIRECTORY = """\
people:
  ada: {name: Ada Example, mail: ada@example.org}
teams:
  makers: {name: Makers, members: [ada], mail: makers@example.org}
domains:
  work: {name: Work, description: What is made here., teams: [makers], topics: ["work.*"]}
"""
SCHEMA = '{"type": "record", "name": "Made", "fields": [{"name": "id", "type": "long"}, {"name": "round", "type": "int", "default": %d}]}'


class Weft:
    """The process and its data; started again, it listens where it did before."""

    def __init__(self, binary, directory, settings=()):
        self.binary, self.directory, self.settings = binary, directory, settings
        self.addresses = {surface: "127.0.0.1:0" for surface in SURFACES}
        self.ready_ms, self.process = [], None
        (directory / "who.yaml").write_text(DIRECTORY)

    def start(self, log_level="warn", stderr=None):
        command = [self.binary, "serve", "--data-dir", str(self.directory / "data"), "--directory", str(self.directory / "who.yaml"),
                   "--ready-json", "--log-level", log_level, *self.settings]
        for surface in SURFACES:
            command += [f"--{surface}", self.addresses[surface]]
        begun = time.monotonic()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True)
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"weft ended with {self.process.wait()} instead of getting ready")
        self.ready_ms.append(round((time.monotonic() - begun) * 1000))
        ready = json.loads(line)
        self.addresses = {surface: ready[surface] for surface in SURFACES}

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        if self.process.wait(timeout=PATIENCE) != 0:
            sys.exit(f"weft ended with {self.process.returncode} when asked to stop")

    def command(self, *words, text=None):
        """Whether a command of the CLI was acknowledged, and what it printed."""
        done = subprocess.run([self.binary, *words, "--server", f"http://{self.addresses['http']}", "--as", "ada", "--json"],
                              input=text, capture_output=True, text=True, timeout=PATIENCE)
        return done.returncode == 0, done.stdout, done.stderr

    def log_mb(self):
        data = self.directory / "data"
        return round(sum(f.stat().st_size for f in data.rglob("*") if f.is_file() and "journal" not in str(f)) / 1e6)


class Load:
    """Idempotent producers that never stop; their instances outlive every kill."""

    def __init__(self, weft):
        self.acknowledged, self.failures = set(), []
        self.changed = threading.Condition()
        self.next, self.lock, self.is_over = 0, threading.Lock(), False
        self.threads = [threading.Thread(target=self.run, args=(weft.addresses["kafka"],), daemon=True) for _ in range(PRODUCERS)]
        for thread in self.threads:
            thread.start()

    def run(self, bootstrap):
        producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True, "acks": "all", "linger.ms": 5,
                             "message.timeout.ms": 600_000, "reconnect.backoff.ms": 20, "reconnect.backoff.max.ms": 200,
                             "retry.backoff.ms": 20, "queue.buffering.max.messages": 5000, "log_level": 2})
        while not self.is_over:
            with self.lock:
                record, self.next = self.next, self.next + 1
            while True:
                try:
                    producer.produce("load", value=f"{record}|{'x' * 200}".encode(), partition=record % PARTITIONS,
                                     on_delivery=lambda error, _, record=record: self.report(record, error))
                    break
                except BufferError:
                    producer.poll(0.05)
            producer.poll(0)
        if left := producer.flush(PATIENCE):
            self.failures.append(f"{left} records were never delivered")

    def report(self, record, error):
        with self.changed:
            if error:
                self.failures.append(f"record {record}: {error}")
            else:
                self.acknowledged.add(record)
            self.changed.notify_all()

    def wait_for(self, more):
        """Until so many more are acknowledged than now."""
        with self.changed:
            target = len(self.acknowledged) + more
            if not self.changed.wait_for(lambda: len(self.acknowledged) >= target, timeout=PATIENCE):
                sys.exit(f"no acknowledgements for {PATIENCE} s; failures: {self.failures[:3]}")

    def end(self):
        self.is_over = True
        for thread in self.threads:
            thread.join()


class Publisher:
    """Topic, schema, first record, product: one after the other, as fast as they are answered. What was answered counts."""

    def __init__(self, weft):
        self.weft, self.is_over = weft, False
        self.schemas, self.products, self.refused = {}, set(), []
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        number = 0
        while not self.is_over:
            number += 1
            topic = f"work.made-{number}"
            schema = SCHEMA % number
            steps = [
                lambda: self.weft.command("topic", "create", topic),
                lambda: self.weft.command("schema", "register", f"{topic}-value", "-", text=schema),
                lambda: self.weft.command("produce", topic, text=json.dumps({"id": number, "round": number}) + "\n"),
                lambda: self.weft.command("product", "publish", f"work/made-{number}", "--topic", topic, "--owner", "makers",
                                          "--description", "Made by the kill test, to see what lasts.", "--quality", "raw"),
            ]
            for place, step in enumerate(steps):
                done, printed, error = step()
                if not done:
                    if "unreachable" not in error and "unavailable" not in error:
                        self.refused.append(f"{topic} step {place}: {error.strip()[:300]}")
                    break  # A kill came in between, or what a kill left half done: on with the next.
                if place == 1:
                    self.schemas[f"{topic}-value"] = schema
                if place == 3:
                    self.products.add(f"made-{number}")

    def end(self):
        self.is_over = True
        self.thread.join()


def read_all(bootstrap):
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "unused", "enable.auto.commit": False, "enable.partition.eof": False})
    ends = {p: consumer.get_watermark_offsets(TopicPartition("load", p))[1] for p in range(PARTITIONS)}
    consumer.assign([TopicPartition("load", p, 0) for p in ends])
    records, left = [], sum(ends.values())
    while left > 0:
        for message in consumer.consume(min(left, 2000), timeout=1):
            if message.error():
                raise KafkaException(message.error())
            records.append(int(message.value().split(b"|", 1)[0]))
            left -= 1
    consumer.close()
    return records


def check(weft, load, publisher):
    faults = list(load.failures) + publisher.refused
    records = read_all(weft.addresses["kafka"])
    missing = load.acknowledged - set(records)
    twice = len(records) - len(set(records))
    if missing:
        faults.append(f"{len(missing)} acknowledged records are missing, such as {sorted(missing)[:5]}")
    if twice:
        faults.append(f"{twice} records are there twice")
    for subject, schema in publisher.schemas.items():
        done, printed, error = weft.command("schema", "show", subject)
        if not done or json.loads(json.loads(printed)["schema"]) != json.loads(schema):
            faults.append(f"schema {subject} is not what was registered: {error.strip() or printed[:300]}")
    _, printed, _ = weft.command("product", "list")
    for name in publisher.products:
        if f'"{name}"' not in printed:
            done, _, error = weft.command("product", "show", f"work/{name}")
            if not done:
                faults.append(f"product {name} is gone: {error.strip()[:300]}")
    print(f"{len(load.acknowledged)} acknowledged records, {len(missing)} missing, {twice} twice; "
          f"{len(publisher.schemas)} schemas and {len(publisher.products)} products acknowledged")
    return faults


def fill(weft, megabytes):
    """A log of that size, then a kill: how long until it is ready again."""
    producer = Producer({"bootstrap.servers": weft.addresses["kafka"], "acks": "all", "linger.ms": 20, "batch.size": 900_000,
                         "queue.buffering.max.kbytes": 200_000, "log_level": 2})
    value = os.urandom(10_000)
    for number in range(megabytes * 100):
        while True:
            try:
                producer.produce("filled", value=value, partition=number % PARTITIONS)
                break
            except BufferError:
                producer.poll(0.1)
    assert producer.flush() == 0
    weft.kill()
    size = weft.log_mb()
    weft.start()
    print(f"ready {weft.ready_ms[-1]} ms after the kill, with {size} MB of log")


def main():
    long = bool(os.environ.get("WEFT_LONG"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weft", type=pathlib.Path)
    parser.add_argument("--kills", type=int, default=20 if long else 5)
    parser.add_argument("--fill-mb", type=int, default=1024 if long else 128)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    dice = random.Random(options.seed)
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="weft-faults-") as scratch:
        weft = Weft(str(options.weft.resolve()), pathlib.Path(scratch))
        weft.start()
        for topic in ("load", "filled"):
            done, _, error = weft.command("topic", "create", topic, "--partitions", str(PARTITIONS))
            assert done, error
        load, publisher = Load(weft), Publisher(weft)
        for number in range(options.kills):
            load.wait_for(dice.randrange(200, 3000))
            weft.kill()
            weft.start()
            print(f"kill {number + 1}: {len(load.acknowledged)} acknowledged so far, ready again in {weft.ready_ms[-1]} ms", flush=True)
        load.wait_for(1000)
        publisher.end()
        load.end()
        faults = check(weft, load, publisher)
        fill(weft, options.fill_mb)
        weft.stop()
    restarts = sorted(weft.ready_ms[1:])
    print(f"{options.kills + 1} starts after a kill: {restarts[len(restarts) // 2]} ms in the middle, {restarts[-1]} ms at most")
    for fault in faults[:20]:
        print(f"FAULT: {fault}")
    print(f"{options.kills} kills, {len(faults)} faults")
    return 1 if faults or not load.acknowledged or not publisher.products else 0


if __name__ == "__main__":
    sys.exit(main())
