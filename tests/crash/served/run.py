"""Crash images of the real binary: README.md.

    tests/faults/run ../crash/served/run.py WEFT CHECK_IMAGES [--images N] [--seed N]
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

from confluent_kafka import Producer

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "faults"))
from kill_test import PARTITIONS, SCHEMA, Weft  # noqa: E402

PRODUCERS = 3
RECORDS_PER_LIFE = 2000
JOURNAL = ["--journal-slot-bytes", str(16 << 20), "--journal-slot-count", "4"]


class Acknowledged:
    """What clients were told, and how long the recording was when they had been."""

    def __init__(self, trace, path):
        self.trace, self.file, self.lock = trace, open(path, "w"), threading.Lock()
        self.count = threading.Semaphore(0)
        self.failures = []

    def add(self, kind, *words):
        position = os.stat(self.trace).st_size  # after the answer, so never too small
        with self.lock:
            print(kind, position, *words, file=self.file, flush=True)

    def record(self, error, message, number):
        if error:
            self.failures.append(f"record {number}: {error}")
        else:
            self.add("record", message.partition(), message.offset(), number)
        self.count.release()


def produce(bootstrap, numbers, dice, told):
    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True, "acks": "all", "linger.ms": 2, "log_level": 2,
                         "reconnect.backoff.ms": 20, "reconnect.backoff.max.ms": 200, "retry.backoff.ms": 20,
                         "queue.buffering.max.messages": 60})
    for number in numbers:
        value = f"{number}|".encode() + os.urandom(dice.choice([20, 200, 2000, 6000, 20_000]))
        while True:  # few at a time: many small entries instead of some large ones
            try:
                producer.produce("load", value=value, partition=number % PARTITIONS,
                                 on_delivery=lambda error, message, number=number: told.record(error, message, number))
                break
            except BufferError:
                producer.poll(0.05)
        producer.poll(0)
    producer.flush()


def publish(weft, life, told):
    for number in range(life * 10, life * 10 + 4):
        topic = f"work.made-{number}"
        for words, text, snippet in [
            (("topic", "create", topic), None, topic),
            (("schema", "register", f"{topic}-value", "-"), SCHEMA % number, f"{topic}-value"),
            (("produce", topic), json.dumps({"id": number, "round": number}) + "\n", None),
            (("product", "publish", f"work/made-{number}", "--topic", topic, "--owner", "makers", "--description", "x" * 40,
              "--quality", "raw"), None, f"work/made-{number}"),
        ]:
            done, _, error = weft.command(*words, text=text)
            if not done:
                told.failures.append(f"{' '.join(words[:3])}: {error}")
            elif snippet:
                told.add("text", snippet)
        if number % 2:  # a topic that goes makes a checkpoint, which unlinks
            weft.command("topic", "create", f"gone-{number}")
            weft.command("topic", "delete", f"gone-{number}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weft", type=pathlib.Path)
    parser.add_argument("check_images", type=pathlib.Path)
    parser.add_argument("--images", type=int, default=2000 if os.environ.get("WEFT_LONG") else 200)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    dice = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="weft-served-") as scratch:
        folder = pathlib.Path(scratch)
        trace = folder / "trace"
        os.environ["WEFT_RECORD_DISK"] = str(trace)
        weft = Weft(str(options.weft.resolve()), folder, JOURNAL)
        weft.start()
        del os.environ["WEFT_RECORD_DISK"]  # the client commands are not recorded
        told = Acknowledged(trace, folder / "acknowledged")
        done, _, error = weft.command("topic", "create", "load", "--partitions", str(PARTITIONS))
        assert done, error
        for life in range(2):
            if life:  # killed in the middle of the producers' work; what they had no answer for they send again
                os.environ["WEFT_RECORD_DISK"] = str(trace)
            numbers = range(life * RECORDS_PER_LIFE, (life + 1) * RECORDS_PER_LIFE)
            threads = [threading.Thread(target=produce, args=(weft.addresses["kafka"], numbers[i::PRODUCERS], random.Random(dice.random()), told))
                       for i in range(PRODUCERS)]
            for thread in threads:
                thread.start()
            if life:
                for _ in range(dice.randrange(300, 1000)):
                    told.count.acquire()
                weft.kill()
                weft.start()
                del os.environ["WEFT_RECORD_DISK"]
            publish(weft, life, told)
            for thread in threads:
                thread.join()
        weft.stop()
        told.file.close()
        for failure in told.failures[:20]:
            print(f"FAULT: {failure}")
        print(f"recording: {trace.stat().st_size / 1e6:.0f} MB", flush=True)
        checked = subprocess.run([options.check_images, trace, folder / "data", folder / "acknowledged", str(options.images), str(options.seed)])
        return 1 if told.failures or checked.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
