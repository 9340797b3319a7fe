#!/usr/bin/env python3
"""kafkajs's own specs against weft: README.md says which and how.

    ./dev conformance kafkajs --source DIR [--spec PATTERN]
"""
import argparse
import fnmatch
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
INTO = ROOT / "build" / "conformance" / "kafkajs"
EXCEPTIONS = HERE / "not_applicable.txt"
VERSION = "2.2.4"
PARTS = ("admin", "broker", "cluster", "consumer", "producer", "network")
HUNG_AFTER = 3600  # Seconds for everything; each test has 90 of its own.


class Weft:
    """As the specs' own cluster is set up, but for one broker in place of three."""

    def __init__(self, binary):
        self.folder = tempfile.TemporaryDirectory(prefix="weft-conformance-")
        # Several specs know the first of three brokers by its id, 0.
        command = [binary, "serve", "--data-dir", self.folder.name, "--ready-json", "--log-level", "error", "--partition-count", "2",
                   "--node-id", "0", "--kafka", "127.0.0.1:0@localhost:0"]
        for surface in ("http", "registry", "ksql"):
            command += [f"--{surface}", "127.0.0.1:0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.port = json.loads(self.process.stdout.readline())["kafka"].rsplit(":", 1)[1]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait()
        self.folder.cleanup()
        return code


def install():
    """kafkajs and what its specs need, from npm, pinned by the lock file."""
    made_from = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    mark = INTO / ".made-from"
    if mark.exists() and mark.read_text() == made_from:
        return
    shutil.rmtree(INTO, ignore_errors=True)
    INTO.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, INTO)
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=INTO, check=True)
    mark.write_text(made_from)


def lay_out(source, port):
    """npm's kafkajs with the specs of `source` beside its code, where they expect it."""
    if json.loads((source / "package.json").read_text())["version"] != VERSION:
        sys.exit(f"{source} is not kafkajs {VERSION}")
    package = INTO / "node_modules" / "kafkajs"
    work = INTO / "work"
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(package / "src", work / "src")
    for name in ("index.js", "package.json"):
        shutil.copy(package / name, work)
    shutil.copy(source / "jest.config.js", work)
    shutil.copytree(source / "testHelpers", work / "testHelpers")
    for path in (source / "src").rglob("*"):
        beside = work / path.relative_to(source)
        if path.is_file() and not beside.exists():
            beside.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, beside)
    helpers = work / "testHelpers" / "index.js"
    helpers.write_text(re.sub(r"\b(9092|9095|9098)\b", port, helpers.read_text()))
    (work / "scripts").mkdir()
    script = work / "scripts" / "addPartitions.sh"  # kafkajs's own asks docker.
    topics = HERE.parent / "librdkafka" / "kafka" / "topics.py"
    script.write_text(f'#!/bin/sh\nexec python3 {topics} --bootstrap-server 127.0.0.1:{port} --alter --topic "$TOPIC" '
                      '--partitions "$PARTITIONS"\n')
    script.chmod(0o755)
    (work / "node_modules").symlink_to("../node_modules")
    return work


def exceptions():
    """Pairs of a pattern for "spec > … > title" and the reason."""
    lines = [line for line in EXCEPTIONS.read_text().splitlines() if line.strip() and not line.startswith("#")]
    return [line.split(" :: ", 1) for line in lines]


def run_specs(work, pattern):
    report = work / "report.json"
    environment = {**os.environ, "NODE_ENV": "test", "KAFKA_VERSION": "2.4", "KAFKAJS_NO_PARTITIONER_WARNING": "1"}
    environment.pop("CI", None)
    with (work / "jest.log").open("wb") as log:
        subprocess.run(["npx", "jest", "--runInBand", "--forceExit", "--reporters=default", "--json", f"--outputFile={report}",
                        "--testPathPattern", pattern], cwd=work, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                       timeout=HUNG_AFTER)
    if not report.exists():
        sys.exit(f"jest left no report; see {work}/jest.log")
    return json.loads(report.read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=pathlib.Path, default=os.environ.get("KAFKAJS_SOURCE"),
                        help=f"a checkout of kafkajs {VERSION}; npm's package is without specs")
    parser.add_argument("--spec", default=f"src/({'|'.join(PARTS)})/", help="which, as jest's testPathPattern")
    parser.add_argument("--weft", default=str(ROOT / "build" / "release" / "weft"))
    options = parser.parse_args()
    if options.source is None:
        sys.exit(f"kafkajs: npm's package holds no specs: give --source DIR, a checkout of its repository at v{VERSION}")
    listed = exceptions()
    install()
    begun = time.monotonic()
    weft = Weft(options.weft)
    try:
        report = run_specs(lay_out(pathlib.Path(options.source).resolve(), weft.port), options.spec)
    finally:
        code = weft.stop()
    passed = failed = left_out = 0
    for spec in report["testResults"]:
        path = str(pathlib.Path(spec["name"]).relative_to(INTO / "work" / "src"))
        if not spec["assertionResults"]:
            failed += 1
            print(f"FAILED {path}: {spec['message'][:500]}")
        for test in spec["assertionResults"]:
            name = " > ".join([path, *test["ancestorTitles"], test["title"]])
            expected = next((reason for pattern, reason in listed if fnmatch.fnmatchcase(name, pattern)), None)
            if test["status"] == "passed" and expected is None:
                passed += 1
            elif test["status"] == "passed" and not expected.startswith("sometimes"):
                failed += 1
                print(f"FAILED {name}: passes, and is listed as not applicable: {expected}")
            elif expected is not None or test["status"] in ("pending", "todo"):
                left_out += 1
            else:
                failed += 1
                why = re.sub(r"\x1b\[[0-9;]*m", "", " ".join(test["failureMessages"]))
                print(f"FAILED {name}: {' '.join(why.split())[:200]}")
    if code:
        failed += 1
        print(f"weft ended with {code}")
    print(f"kafkajs {VERSION}: {time.monotonic() - begun:.0f} s")
    print(f"{passed} passed, {failed} failed, {left_out} not applicable", flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
