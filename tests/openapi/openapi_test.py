#!/usr/bin/env python3
"""Requests made out of openapi.yaml, sent to a running demo: every answer is as documented."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.request

WEFT = os.path.abspath(sys.argv.pop())
SCHEMATHESIS = os.path.abspath(sys.argv.pop())
OPENAPI = pathlib.Path(__file__).resolve().parents[2] / "src/api/openapi.yaml"
CONFIG = pathlib.Path(__file__).with_name("schemathesis.toml")
EXAMPLES = os.environ.get("WEFT_OPENAPI_EXAMPLES", "200" if os.environ.get("WEFT_LONG") else "8")
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
          "response_headers_conformance")


class OpenApi(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="weft-openapi-")
        loopback = "127.0.0.1:0"
        self.server = subprocess.Popen(
            [WEFT, "demo", "--data-dir", f"{self.folder}/data", "--kafka", loopback, "--http", loopback, "--registry",
             loopback, "--ksql", loopback, "--ready-json", "--log-level", "error"], stdout=subprocess.PIPE, text=True)
        self.http = f"http://{json.loads(self.server.stdout.readline())['http']}"

    def tearDown(self):
        self.server.send_signal(signal.SIGTERM)
        self.assertEqual(self.server.wait(), 0)
        shutil.rmtree(self.folder, ignore_errors=True)

    def run_as(self, *headers):
        command = [SCHEMATHESIS, "--config-file", CONFIG, "run", OPENAPI, "--url", self.http, "--checks", ",".join(CHECKS), "--phases",
                   "examples,coverage,fuzzing", "--max-examples", EXAMPLES, "--generation-deterministic",
                   "--generation-allow-x00", "false", "--continue-on-failure", "--no-color",
                   "--exclude-path-regex", "/events", "--request-timeout", "60", "--warnings", "off", "--max-response-time", "60"]
        for header in headers:
            command += ["--header", header]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stdout[-20000:] + done.stderr[-2000:])
        self.assertIn("No issues found", done.stdout)
        print(done.stdout[done.stdout.index("Test cases:"):].split("\n\n")[0])

    def test_as_nobody(self):
        self.run_as()

    def test_as_somebody_who_may_publish(self):
        request = urllib.request.Request(f"{self.http}/api/v1/session", b'{"person": "trivera"}',
                                         {"Content-Type": "application/json"}, method="POST")
        with urllib.request.urlopen(request, timeout=60) as answer:
            self.run_as(f"Cookie: {answer.headers['Set-Cookie'].split(';')[0]}")


if __name__ == "__main__":
    unittest.main(verbosity=1)
