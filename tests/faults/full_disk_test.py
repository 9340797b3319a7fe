"""Fills a small real file system under weft and checks what still works: README.md.

    tests/faults/run full_disk_test.py build/release/weft
"""
import argparse
import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition

from kill_test import PATIENCE, SCHEMA, Weft

DISK_MB = 288
RESERVE_MB = 48  # below it producing is refused
JOURNAL = ["--journal-slot-bytes", str(16 << 20), "--journal-slot-count", "4", "--disk-free-bytes-min", str(RESERVE_MB << 20)]
VALUE_BYTES = 100_000


@contextlib.contextmanager
def small_disk(scratch):
    """A file system of its own: ext4 on a loop device, or else tmpfs, or else tmpfs in a user namespace of ours."""
    place = scratch / "disk"
    place.mkdir()
    image = scratch / "image"
    with open(image, "wb") as file:
        file.truncate(DISK_MB << 20)
    tried = []
    for name, commands in {
        "ext4 on a loop device": [["mkfs.ext4", "-q", "-m", "0", str(image)], ["mount", "-o", "loop", str(image), str(place)]],
        "tmpfs": [["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(place)]],
    }.items():
        try:
            for command in commands:
                subprocess.run(command, check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            tried.append(f"{name}: {getattr(error, 'stderr', None) or error}".strip())
            continue
        print(f"small disk: {name}" + "".join(f"\n  NOT POSSIBLE HERE: {why}" for why in tried), flush=True)
        try:
            yield place
        finally:
            subprocess.run(["umount", str(place)], check=True)
        return
    if "WEFT_IN_NAMESPACE" not in os.environ:
        # Without root, a user namespace of our own may still mount tmpfs.
        print("\n".join(f"NOT POSSIBLE HERE: {why}" for why in tried), flush=True)
        os.environ["WEFT_IN_NAMESPACE"] = "1"
        os.execvp("unshare", ["unshare", "--user", "--map-root-user", "--mount", sys.executable, *sys.argv])
    sys.exit("no small file system could be made here, so a full disk was NOT tested:\n  " + "\n  ".join(tried))


class LoggedWeft(Weft):
    """Weft whose log lines are kept."""

    def __init__(self, binary, directory):
        super().__init__(binary, directory, JOURNAL)
        self.lines = []

    def start(self):
        reading, writing = os.pipe()
        try:
            super().start(log_level="info", stderr=writing)
        finally:
            os.close(writing)
        threading.Thread(target=lambda: self.lines.extend(os.fdopen(reading)), daemon=True).start()

    def said(self, text):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if any(text in line for line in self.lines):
                return True
            time.sleep(0.05)
        return False


class Sent:
    """One record at a time, so that what each became is known."""

    def __init__(self, weft):
        self.producer = Producer({"bootstrap.servers": weft.addresses["kafka"], "acks": "all", "retries": 0, "linger.ms": 0,
                                  "log_level": 2})
        self.acknowledged = {}  # topic: numbers
        self.next = 0

    def send(self, topic):
        """The error, or none."""
        number, self.next = self.next, self.next + 1
        answers = []
        value = f"{number}|".encode() + os.urandom(VALUE_BYTES)
        self.producer.produce(topic, value=value, partition=0, on_delivery=lambda error, _: answers.append(error))
        while not answers:
            self.producer.poll(0.05)
        if answers[0] is None:
            self.acknowledged.setdefault(topic, set()).add(number)
        return answers[0]

    def send_until_refused(self, topic):
        while (error := self.send(topic)) is None:
            pass
        return error

    def send_until_taken(self, topic):
        deadline = time.monotonic() + PATIENCE
        while (error := self.send(topic)) is not None:
            if time.monotonic() > deadline:
                sys.exit(f"still refused after {PATIENCE} s: {error}")
            time.sleep(0.1)


def read_all(weft, topic):
    consumer = Consumer({"bootstrap.servers": weft.addresses["kafka"], "group.id": "readers", "enable.auto.commit": False,
                         "log_level": 2})
    low, high = consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=PATIENCE)
    consumer.assign([TopicPartition(topic, 0, low)])
    numbers = []
    while len(numbers) < high - low:
        for message in consumer.consume(100, timeout=1):
            assert message.error() is None, message.error()
            numbers.append(int(message.value().split(b"|", 1)[0]))
    consumer.commit(offsets=[TopicPartition(topic, 0, high)], asynchronous=False)  # raises when refused
    consumer.close()
    return numbers


def free_mb(place):
    status = os.statvfs(place)
    return status.f_bavail * status.f_frsize / 1e6


def run(weft, place):
    faults = []

    def expect(holds, what):
        print(("ok     " if holds else "FAULT  ") + what, flush=True)
        if not holds:
            faults.append(what)

    def check_records(when):
        for topic, numbers in sent.acknowledged.items():
            found = read_all(weft, topic)
            missing, twice = numbers - set(found), len(found) - len(set(found))
            expect(not missing and not twice,
                   f"{when}: {len(numbers)} acknowledged records of {topic}, {len(missing)} missing, {twice} twice")

    def must(*words, text=None):
        done, printed, error = weft.command(*words, text=text)
        expect(done, f"weft {' '.join(words[:2])} on the full disk{'' if done else ': ' + error.strip()}")

    weft.start()
    for topic in ("work.kept", "big"):
        done, _, error = weft.command("topic", "create", topic)
        assert done, error
    sent = Sent(weft)
    for _ in range(20):
        assert sent.send("work.kept") is None
    refused = sent.send_until_refused("big")
    expect(refused.code() == KafkaError.KAFKA_STORAGE_ERROR, f"produce is refused: {refused.name()}")
    expect(free_mb(place) > 0, f"the reserve is left: {free_mb(place):.0f} MB are free")
    expect(weft.said("producing is refused"), "a log line says so")

    must("topic", "create", "work.later")
    must("schema", "register", "work.kept-value", "-", text=SCHEMA % 1)
    must("product", "publish", "work/kept", "--topic", "work.kept", "--owner", "makers", "--quality", "raw",
         "--description", "Published while the disk was full.")
    check_records("while full")  # commits a group's offset too

    weft.kill()
    weft.start()
    expect(True, f"ready {weft.ready_ms[-1]} ms after kill -9 on the full disk")
    expect(sent.send("work.kept") is not None, "produce is still refused after the restart")
    must("product", "show", "work/kept")
    check_records("after the restart")

    del sent.acknowledged["big"]
    must("topic", "delete", "big")
    sent.send_until_taken("work.kept")
    expect(weft.said("room on the disk again"), "the topic's deletion made room: produce is taken again, and the log says so")

    # Somebody else takes every last block, also those that weft keeps back.
    hog = place / "hog"
    with open(hog, "wb") as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(1 << 20))
            file.flush()
    refused = sent.send_until_refused("work.kept")
    expect(refused.code() == KafkaError.KAFKA_STORAGE_ERROR, f"with {free_mb(place):.1f} MB left produce is refused: {refused.name()}")
    check_records("without a single block")
    weft.kill()
    weft.start()
    expect(True, f"ready {weft.ready_ms[-1]} ms after kill -9 without a single block")
    check_records("after that restart")
    hog.unlink()
    sent.send_until_taken("work.kept")
    expect(True, "produce is taken again once somebody freed the blocks")
    weft.kill()
    weft.start()
    check_records("at the end")
    weft.stop()
    done = subprocess.run([weft.binary, "log", "verify", str(weft.directory / "data")], capture_output=True, text=True)
    expect(done.returncode == 0, f"weft log verify: {done.stdout.strip()}{done.stderr.strip()}")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weft", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="weft-full-") as scratch, small_disk(pathlib.Path(scratch)) as place:
        weft = LoggedWeft(str(options.weft.resolve()), place)
        try:
            faults = run(weft, place)
        finally:
            if weft.process is not None and weft.process.poll() is None:
                weft.kill()
            if sys.exc_info()[0] is not None:
                print("".join(weft.lines[-20:]))
    print(f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
