#!/usr/bin/env python3
"""Registry conformance cases through the REST API of a weft that is started for them."""
import argparse
import collections
import http.client
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
KNOWN = HERE / "known_failures.txt"
WIRE = ("hex", "header_hex", "indexes")


class Weft:
    """The server, and one connection to its registry."""

    def __init__(self, binary):
        self.folder = tempfile.mkdtemp(prefix="weft-conformance-")
        port = "127.0.0.1:0"
        self.process = subprocess.Popen(
            [binary, "serve", "--data-dir", f"{self.folder}/data", "--kafka", port, "--http", port, "--registry", port,
             "--ksql", port, "--ready-json", "--log-level", "error"], stdout=subprocess.PIPE, text=True)
        self.connection = http.client.HTTPConnection(json.loads(self.process.stdout.readline())["registry"], timeout=120)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def call(self, method, path, body=None):
        """Status and what the body says."""
        self.connection.request(method, path, None if body is None else json.dumps(body),
                                {"Content-Type": "application/vnd.schemaregistry.v1+json"})
        answer = self.connection.getresponse()
        text = answer.read().decode()
        return answer.status, json.loads(text) if text else None


class Wrong(Exception):
    """The case fails, and this is what was seen."""


def subject_path(name, rest=""):
    return "/subjects/" + urllib.parse.quote(name, safe="") + rest


class Cases:
    def __init__(self, weft):
        self.weft = weft

    def must(self, method, path, body=None, status=200):
        found, answer = self.weft.call(method, path, body)
        if found != status:
            raise Wrong(f"{method} {path}: {found} {answer}")
        return answer

    def register_references(self, case, member, prefix):
        """Registers what a schema imports, and gives the references that lead there. Well-known files are not given."""
        references = []
        for each in case.get(member) or []:
            if each.get("well_known"):
                continue
            subject = f"{prefix}-{each['subject']}"
            self.must("PUT", "/config/" + urllib.parse.quote(subject, safe=""), {"compatibility": "NONE"})
            body = {"schema": each["schema"], "schemaType": case["type"]}
            version = self.must("POST", subject_path(subject, "/versions"), body)["version"]
            references.append({"name": each["name"], "subject": subject, "version": version})
        return references

    @staticmethod
    def request(case, text, references=(), side=None):
        body = {"schema": text, "schemaType": case["type"]}
        if references:
            body["references"] = references
        if side and case.get(f"{side}_metadata"):
            body["metadata"] = case[f"{side}_metadata"]
        return body

    def compatible(self, case):
        subject = case["id"]
        config = "/config/" + urllib.parse.quote(subject, safe="")
        self.must("PUT", config, {"compatibility": "NONE"})
        old_references = self.register_references(case, "old_references", subject + "-old")
        new_references = self.register_references(case, "new_references", subject + "-new")
        for text in case["old"]:
            self.must("POST", subject_path(subject, "/versions"), self.request(case, text, old_references, "old"))
        update = {"compatibility": case["mode"]}
        if case.get("policy"):
            update["compatibilityPolicy"] = case["policy"]
        self.must("PUT", config, update)
        asked = self.request(case, case["new"], new_references, "new")
        answer = self.must("POST", "/compatibility" + subject_path(subject, "/versions?verbose=true"), asked)
        if answer["is_compatible"] != case["compatible"]:
            raise Wrong(f"wanted {case['compatible']}, got {answer}")
        if answer["is_compatible"] == bool(answer["messages"]):
            raise Wrong(f"a verdict and its reasons disagree: {answer}")
        status, registered = self.weft.call("POST", subject_path(subject, "/versions"), asked)
        if status != (200 if case["compatible"] else 409):
            raise Wrong(f"registering says {status} {registered}")

    def valid(self, case):
        status, answer = self.weft.call("POST", subject_path(case["id"], "/versions"), self.request(case, case["schema"]))
        if status != (200 if case["valid"] else 422) or (not case["valid"] and answer["error_code"] != 42201):
            raise Wrong(f"wanted valid={case['valid']}, got {status} {answer}")

    def text_stored(self, case, text, normalize):
        subject = case["id"] + ("-normalized" if normalize else "")
        # The cases are schemas as some registry has stored them; laxer ones than a new schema may be.
        self.must("PUT", "/config/" + urllib.parse.quote(subject, safe=""), {"validateNewSchemas": False})
        query = "?normalize=true" if normalize else ""
        self.must("POST", subject_path(subject, "/versions" + query), self.request(case, text))
        return self.must("GET", subject_path(subject, "/versions/latest"))

    def canonical(self, case):
        for member, normalize in (("canonical", False), ("normalized", True)):
            if member not in case:
                continue
            stored = self.text_stored(case, case["schema"], normalize)
            if stored["schema"] != case[member]:
                raise Wrong(f"{member}: wanted {case[member]}\n got {stored['schema']}")
            if not normalize and "guid" in case and stored["guid"] != case["guid"]:
                raise Wrong(f"guid: wanted {case['guid']}, got {stored['guid']}")

    def equivalent(self, case):
        answers = [self.must("POST", subject_path(case["id"], "/versions?normalize=true"), self.request(case, case[side]))
                   for side in ("a", "b")]
        same = answers[0]["id"] == answers[1]["id"] and answers[0]["version"] == answers[1]["version"]
        if same != case["same_when_normalized"]:
            raise Wrong(f"wanted same={case['same_when_normalized']}, got {answers}")

    def check_of(self, case):
        """What judges this case; nothing when it is not scored."""
        if "other_registry_says" in case or any(member in case for member in WIRE):
            return None
        for member, check in (("compatible", self.compatible), ("valid", self.valid), ("canonical", self.canonical),
                              ("normalized", self.canonical), ("same_when_normalized", self.equivalent)):
            if member in case:
                return check
        return None


def known_failures():
    known = {}
    for line in KNOWN.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, reason = line.split(None, 1)
            known[name] = reason
    return known


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--cases", help="a folder of .jsonl files")
    parser.add_argument("--verbose", action="store_true", help="say of every failing case what was seen")
    arguments = parser.parse_args()
    shared = os.environ.get("WEFT_CONFORMANCE", "../shared/conformance")
    folder = pathlib.Path(arguments.cases or f"{shared}/registry")
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        print(f"\n*** CONFORMANCE DID NOT RUN: there are no .jsonl files in {folder} ***\n", file=sys.stderr)
        return 1 if os.environ.get("CI") == "true" or arguments.cases else 0

    known = known_failures()
    passed, failed = collections.Counter(), collections.Counter()
    surprises = []
    unscored = 0
    weft = Weft(os.path.abspath(arguments.binary))
    try:
        cases = Cases(weft)
        for file in files:
            for line in file.read_text(encoding="utf-8").splitlines():
                case = json.loads(line)
                check = cases.check_of(case)
                if check is None:
                    unscored += 1
                    continue
                kind = (file.name, case["type"])
                try:
                    check(case)
                    passed[kind] += 1
                    if case["id"] in known:
                        surprises.append(f"{case['id']} passes, and is listed as failing")
                except Wrong as seen:
                    failed[kind] += 1
                    if case["id"] not in known:
                        surprises.append(f"{case['id']}: {seen}" if arguments.verbose else case["id"])
    finally:
        weft.stop()
    for kind in sorted(passed.keys() | failed.keys()):
        total = passed[kind] + failed[kind]
        print(f"{kind[0]:34} {kind[1]:9} {passed[kind]:5} of {total:5}  {100 * passed[kind] / total:6.2f} %")
    print(f"{unscored} cases are about what a REST API does not show, or are in dispute: not scored")
    for surprise in surprises:
        print(surprise, file=sys.stderr)
    print(f"{sum(passed.values())} passed, {sum(failed.values())} failed")
    return 1 if surprises else 0


if __name__ == "__main__":
    sys.exit(main())
