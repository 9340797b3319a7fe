#!/usr/bin/env python3
"""librdkafka's regression tests against weft: README.md says which and how.

    ./dev conformance librdkafka [--version 2.0.2|2.15.1]... [NUMBER ...]
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
EXCEPTIONS = HERE / "not_applicable.txt"
VERSIONS = ["2.0.2", "2.15.1"]
AT_ONCE = 3             # Tests mostly wait.
ALONE_TRIES = 2         # Several have limits that a busy machine breaks: what fails beside others is run once more alone.
HUNG_AFTER = 900        # Seconds; the tests have shorter limits of their own.
KAFKA_VERSION = "4.0.0"  # What the tests take the broker for: from 4.0 on there are no old message formats.
# 0109 leaves out its half about ACLs, and nothing else, before 2.1. 0081: settings of groups are part of Kafka 4's new
# group protocol (KIP-848), which is not advertised; before 4.0 it expects them to be refused.
TAKEN_FOR = {"0109": "2.0.0", "0081": "3.9.0"}
# They measure time, or load both cores.
ALONE = {"0038", "0055", "0081", "0093"}
# What every `./dev test` runs, with the newest version.
EVERYDAY = ["0001", "0003", "0005", "0008", "0011", "0012", "0013", "0017", "0019", "0026", "0029", "0031", "0036", "0039", "0040",
         "0041", "0042", "0044", "0048", "0052", "0054", "0057", "0063", "0067", "0070", "0073", "0085", "0099", "0110", "0125"]
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
SUMMARY = re.compile(r"^\|\s*(\d{4}_\w+)\s*\|\s*(\w+)\s*\|\s*([\d.]+)s\s*\|\s*(.*)$")
EXCEPTION = re.compile(r"^(?P<version>\S+)\s+(?P<test>\d{4}_\w+)\s+(\[(?P<subtests>[^]]+)\]\s+)?\S.*$")
NAME = re.compile(r"\d{4}_\w+")


class Weft:
    """A broker of its own, on a port that was free."""

    def __init__(self, binary, auto_create_topics):
        self.folder = tempfile.TemporaryDirectory(prefix="weft-conformance-")
        command = [binary, "serve", "--data-dir", self.folder.name, "--ready-json", "--log-level", "error"]
        # As the scenarios of the suite have it; the delay is Kafka's own default: some tests start two members at once.
        command += ["--partition-count", "4", "--group-initial-rebalance-delay-ms", "3000",
                    "--auto-create-topics", "true" if auto_create_topics else "false"]
        for surface in ("kafka", "http", "registry", "ksql"):
            command += [f"--{surface}", "127.0.0.1:0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.kafka = json.loads(self.process.stdout.readline())["kafka"]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait()
        self.folder.cleanup()
        return code


def tests_in(folder):
    """The scenario of each test that needs a broker, by number and name."""
    found = {}
    for entry in (folder / "test.c").read_text().split("_TEST(")[1:]:
        name = NAME.match(entry)
        if name and "TEST_F_LOCAL" not in entry and "TEST_F_MANUAL" not in entry:
            scenario = "noautocreate" if '.scenario = "noautocreate"' in entry else "default"
            found.setdefault(name[0][:4], {})[name[0]] = scenario
    return found


def exceptions(version):
    """By test: the subtests to run all the same (none: it is left out whole)."""
    found = {}
    for line in EXCEPTIONS.read_text().splitlines():
        match = EXCEPTION.match(line)
        if match and match["version"] in ("*", version):
            found[match["test"]] = match["subtests"].split("|") if match["subtests"] else None
        elif line.strip() and not line.startswith("#") and not match:
            sys.exit(f"{EXCEPTIONS}: not understood: {line}")
    return found


class Runner:
    def __init__(self, version, weft, logs):
        self.folder = ROOT / "build" / "conformance" / f"librdkafka-{version}" / "tests"
        self.logs = logs
        self.logs.mkdir(parents=True, exist_ok=True)
        self.scratch = tempfile.TemporaryDirectory(prefix="weft-conformance-")
        self.brokers = {"default": Weft(weft, True), "noautocreate": Weft(weft, False)}

    def close(self):
        self.scratch.cleanup()
        return [broker.stop() for broker in self.brokers.values()]

    def run(self, number, scenario, subtests=None):
        """What became of each test of that number: {name: (state, seconds, what was said)}."""
        broker = self.brokers[scenario].kafka
        conf = pathlib.Path(self.scratch.name) / f"{scenario}.conf"
        conf.write_text(f"bootstrap.servers={broker}\n")
        library = f"{self.folder.parent}/src:{self.folder.parent}/src-cpp"
        environment = {key: value for key, value in os.environ.items() if key != "CI" and not key.startswith("TEST")}
        environment |= {"TESTS": number, "TEST_KAFKA_VERSION": TAKEN_FOR.get(number, KAFKA_VERSION), "TEST_SCENARIO": scenario,
                        "RDKAFKA_TEST_CONF": str(conf), "KAFKA_PATH": str(HERE / "kafka"), "BROKERS": broker,
                        "LD_LIBRARY_PATH": library}
        if subtests:
            environment["SUBTESTS"] = subtests
        log = self.logs / f"{number}-{scenario}.log"
        with log.open("wb") as into:
            process = subprocess.Popen(["./test-runner", "-L", "-p1"], cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
                                       stdout=into, stderr=subprocess.STDOUT)
            try:
                process.wait(timeout=HUNG_AFTER)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        lines = COLOURS.sub("", log.read_text(errors="replace")).splitlines()
        found = {}
        for line in lines:
            match = SUMMARY.match(line)
            if match:
                found[match[1]] = (match[2], float(match[3]), match[4].strip())
        if found:
            return found
        # It ended before its summary: then every test of that number has failed.
        said = [line for line in lines if line.startswith("### Test")] or lines[-1:]
        return {None: ("ended", 0.0, said[0] if said else f"exit {process.returncode}")}


def run_version(version, weft, numbers, verbose):
    subprocess.run([HERE / "fetch", version], check=True)
    runner = Runner(version, weft, ROOT / "build" / "conformance" / f"librdkafka-{version}-logs")
    listed = exceptions(version)
    tests = tests_in(runner.folder)
    chosen = {name: scenario for number, named in tests.items() if not numbers or number in numbers
              for name, scenario in named.items()}
    left_out = [name for name in chosen if name in listed and listed[name] is None]
    # One run takes all tests of a number that have its scenario.
    runs = {}
    for name, scenario in chosen.items():
        if name not in left_out:
            for subtests in listed.get(name) or [None]:
                runs.setdefault((name[:4], scenario, subtests), []).append(name)
    faults, begun = {}, time.monotonic()

    def run(each):
        """Whether all is well; puts down what is not."""
        found = runner.run(*each)
        wrong = []
        for name in runs[each]:
            state, seconds, said = found.get(name) or found.get(None) or ("ABSENT", 0.0, "the summary does not name it")
            if state != "PASSED":
                wrong.append(f"{name}: {state.lower()} {said}")
            elif verbose:
                print(f"{version} {name}{f' [{each[2]}]' if each[2] else ''}: passed ({seconds:.1f} s)", flush=True)
        faults[each] = "; ".join(wrong)
        return not wrong

    try:
        beside = [each for each in runs if each[0] not in ALONE]
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(run, beside))
        for each in [each for each in beside if faults[each]] + [each for each in runs if each[0] in ALONE]:
            for _ in range(ALONE_TRIES):
                if faults.get(each):
                    print(f"{version} {faults[each]}; run alone", flush=True)
                if run(each):
                    break
        for each in runs:
            if faults[each]:
                print(f"FAILED {version} {faults[each]}", flush=True)
    finally:
        codes = runner.close()
    if any(codes):
        print(f"FAILED {version}: weft ended with {codes}", flush=True)
    failed = {name for each in runs if faults[each] for name in runs[each]}
    passed = len(chosen) - len(left_out) - len(failed)
    print(f"librdkafka {version}: {passed} passed, {len(failed) + any(codes)} failed, {len(left_out)} not applicable "
          f"({time.monotonic() - begun:.0f} s)", flush=True)
    return passed, len(failed) + any(codes), len(left_out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("numbers", nargs="*", metavar="NUMBER", help="such as 0012; all without")
    parser.add_argument("--version", action="append", choices=VERSIONS, help="both without")
    parser.add_argument("--everyday", action="store_true", help="a minute or two of it; with WEFT_LONG=1 all the same")
    parser.add_argument("--verbose", action="store_true", help="say what passes too")
    parser.add_argument("--weft", default=str(ROOT / "build" / "release" / "weft"))
    options = parser.parse_args()
    numbers, versions = set(options.numbers), options.version or VERSIONS
    if options.everyday and not os.environ.get("WEFT_LONG"):
        numbers, versions = set(EVERYDAY), VERSIONS[-1:]
    counts = [run_version(version, options.weft, numbers, options.verbose) for version in versions]
    passed, failed, left_out = (sum(column) for column in zip(*counts))
    print(f"{passed} passed, {failed} failed, {left_out} not applicable", flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
